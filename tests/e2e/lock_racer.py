"""One of several processes that race for leases: ``lock_racer.py URL ROUNDS NUMBER``.

Says "ready", waits for a line, asks for each round's key, and prints those that it got, with their fences, as JSON.
"""

from __future__ import annotations

import atexit
import json
import sys
import time
from collections.abc import Callable

from fsm_adapters.memcached.client import memcached_client
from fsm_adapters.memcached.lock_cache import MemcachedLockCache
from fsm_adapters.redis.client import redis_client
from fsm_adapters.redis.lock_cache import RedisLockCache
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.lock_cache import SqliteLockCache
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_ports import Lease, LockCache, PortError

LEASE = 1000.0
"""Seconds; no lease ends in a race unless its owner gives it back."""


def lock_cache(url: str, at_the_end: Callable[[Callable[[], object]], object]) -> LockCache:
    """The lock cache of a URL; `at_the_end` is told how to close it."""
    clock = SystemClock()
    if url.startswith("redis"):
        redis = redis_client(url, timeout=20)
        at_the_end(lambda: redis().close())
        return RedisLockCache(redis, source="redis", clock=clock)
    if url.startswith("memcached"):
        memcached = memcached_client(url, timeout=20)
        at_the_end(lambda: memcached().close())
        return MemcachedLockCache(memcached, source="memcached", clock=clock)
    return SqliteLockCache(SqliteFile(url.removeprefix("sqlite://"), clock, SystemRandom(), busy_timeout=60.0))


def won(locks: LockCache, key: str, owner: str) -> int | None:
    """The fence of the lease, or None where another one holds it."""
    (result,) = locks.acquire([key], owner, time.time() + LEASE)
    assert not isinstance(result, PortError), result
    return result.fence if isinstance(result, Lease) else None


def main() -> None:
    url, rounds, number = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    locks = lock_cache(url, atexit.register)
    won(locks, f"warm-up-{number}", "anybody")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    fences = {key: won(locks, key, f"owner-{number}") for key in [f"round-{n}" for n in range(rounds)]}
    sys.stdout.write(json.dumps({key: fence for key, fence in fences.items() if fence is not None}))


if __name__ == "__main__":
    main()
