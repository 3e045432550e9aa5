"""Adapters of Amazon Kinesis data streams."""
