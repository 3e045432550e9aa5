"""What is measured: each function sets one contender up, in a process of its own."""
