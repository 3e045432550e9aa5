"""Lock caches on servers of memcached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pytest

from fsm_adapters.memcached.client import memcached_client
from fsm_adapters.memcached.lock_cache import MemcachedLockCache
from fsm_adapters.system.clock import SystemClock
from fsm_ports import Clock
from tests import lock_servers

Open: TypeAlias = Callable[..., MemcachedLockCache]
"""URL, and a clock -> a lock cache, whose connections end with the test."""


@pytest.fixture
def server() -> Iterator[lock_servers.Server]:
    with lock_servers.started(lock_servers.memcached()) as server:
        yield server


@pytest.fixture
def url(server: lock_servers.Server) -> str:
    return f"memcached://127.0.0.1:{server.port}"


@pytest.fixture
def open_locks() -> Iterator[Open]:
    with ExitStack() as stack:

        def make(url: str, clock: Clock | None = None, timeout: float = 0.5) -> MemcachedLockCache:
            client = memcached_client(url, connect_timeout=timeout, timeout=timeout)
            stack.callback(lambda: client().close())
            return MemcachedLockCache(client, source="memcached://cache", clock=clock or SystemClock())

        yield make
