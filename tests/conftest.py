"""Fixtures of every test."""

pytest_plugins = ["tests.backends.plugin"]
