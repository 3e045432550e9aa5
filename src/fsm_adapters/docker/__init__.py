"""Containers through the command line of Docker, or one that is like it."""
