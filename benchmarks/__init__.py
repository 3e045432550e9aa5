"""What this framework costs, beside others that do the same: ``python -m benchmarks --help``."""
