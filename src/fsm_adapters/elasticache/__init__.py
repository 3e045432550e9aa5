"""ElastiCache: from an ARN to the cache behind it, and the lock cache there."""
