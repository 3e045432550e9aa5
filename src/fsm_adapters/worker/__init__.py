"""Driving adapter: a long-running process that polls message sources."""
