"""Adapters of Amazon DynamoDB: tables and their streams."""
