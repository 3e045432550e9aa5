"""What the adapters of AWS services share: clients, the translation of errors, chunks of a batch."""
