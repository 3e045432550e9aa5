"""``memcached://``: one Memcached server, or several between commas."""

from __future__ import annotations

from fsm_adapters.memcached.client import memcached_client
from fsm_adapters.memcached.lock_cache import MemcachedLockCache
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.lock_cache import LockCache


def cache(source: Source, supplies: Supplies) -> LockCache:
    return locks(source, supplies, source.shown)


def locks(url: str, supplies: Supplies, source: str) -> MemcachedLockCache:
    """`source` is what errors name."""
    seconds = supplies.settings.cache_seconds
    client = memcached_client(url, connect_timeout=seconds, timeout=seconds)
    supplies.closing.append(client.close)
    return MemcachedLockCache(client, source=source, clock=supplies.clock)
