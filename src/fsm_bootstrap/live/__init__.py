"""What is live in the records, and whether other code could go on with it."""
