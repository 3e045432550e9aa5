"""Failover: which back end is asked next when one does not accept."""
