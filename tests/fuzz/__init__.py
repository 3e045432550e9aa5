"""Inputs that nobody means to send."""
