"""Processes of this computer in the place of containers."""
