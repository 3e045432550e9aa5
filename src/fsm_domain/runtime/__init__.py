"""The protocol: commit, then emit; and what callers, operators and recovery do with the same writes."""
