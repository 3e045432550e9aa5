"""Redis and what speaks its language (Valkey, ElastiCache, MemoryDB): the lock cache."""
