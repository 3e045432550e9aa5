"""``redis://`` and ``rediss://``: a Redis or Valkey, also in cluster mode (``?cluster=true``)."""

from __future__ import annotations

from fsm_adapters.redis.client import redis_client, shown
from fsm_adapters.redis.lock_cache import RedisLockCache
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.lock_cache import LockCache


def cache(source: Source, supplies: Supplies) -> LockCache:
    return locks(source, supplies, shown(source))


def locks(url: str, supplies: Supplies, source: str) -> RedisLockCache:
    """`source` is what errors name: the URL may hold a password."""
    seconds = supplies.settings.cache_seconds
    client = redis_client(url, connect_timeout=seconds, timeout=seconds)
    supplies.closing.append(client.close)
    return RedisLockCache(client, source=source, clock=supplies.clock)
