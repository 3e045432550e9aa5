"""What a machine costs on AWS: run in memory, with every request counted as its service would bill it."""
