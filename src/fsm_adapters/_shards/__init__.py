"""A message source over any stream that is cut into shards: who reads which shard, and how far it has been read."""
