"""Lock caches on servers of Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

from fsm_adapters.redis.client import redis_client
from fsm_adapters.redis.lock_cache import RedisLockCache
from fsm_adapters.system.clock import SystemClock
from fsm_ports import Clock
from tests import lock_servers

Open: TypeAlias = Callable[..., RedisLockCache]
"""URL, and a clock -> a lock cache, whose connections end with the test."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("redis")


@pytest.fixture(scope="session")
def shared(folder: Path) -> Iterator[lock_servers.Server]:
    with lock_servers.started(lock_servers.redis(folder)) as server:
        yield server


@pytest.fixture
def server(shared: lock_servers.Server) -> lock_servers.Server:
    """One that nobody stops."""
    lock_servers.command(shared.port, "FLUSHALL")
    return shared


@pytest.fixture
def url(server: lock_servers.Server) -> str:
    return f"redis://127.0.0.1:{server.port}"


@pytest.fixture
def open_locks() -> Iterator[Open]:
    with ExitStack() as stack:

        def make(url: str, clock: Clock | None = None, timeout: float = 0.5) -> RedisLockCache:
            client = redis_client(url, connect_timeout=timeout, timeout=timeout)
            # A client that could not be made has nothing to end.
            stack.callback(lambda: "cluster=true" in url or client().close())
            return RedisLockCache(client, source="redis://cache", clock=clock or SystemClock())

        yield make
