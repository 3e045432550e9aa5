"""Memcached: the lock cache."""
