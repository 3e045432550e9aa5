"""The lock cache on memcached, on its contract suite: on one server, and spread over three."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from fsm_adapters.memcached.client import memcached_client
from fsm_adapters.memcached.lock_cache import MemcachedLockCache
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import LockCacheContract, LockSubject
from tests import lock_servers


@pytest.fixture(scope="module")
def servers() -> Iterator[list[lock_servers.Server]]:
    with ExitStack() as stack:
        yield [stack.enter_context(lock_servers.started(lock_servers.memcached())) for _ in range(3)]


class _OnMemcached(LockCacheContract):
    """The callers' clock decides, so it may be one that stands still."""

    adapter = MemcachedLockCache

    @pytest.fixture
    def subject(self, url: str, servers: list[lock_servers.Server]) -> Iterator[LockSubject]:
        for server in servers:
            server.restart()
        client, clock = memcached_client(url), VirtualClock(1_700_000_000.25)
        yield LockSubject(clock=clock, lock=MemcachedLockCache(client, source="memcached", clock=clock))
        client().close()


class TestOneServer(_OnMemcached):
    @pytest.fixture
    def url(self, servers: list[lock_servers.Server]) -> str:
        return f"memcached://127.0.0.1:{servers[0].port}"


class TestThreeServers(_OnMemcached):
    @pytest.fixture
    def url(self, servers: list[lock_servers.Server]) -> str:
        return f"memcached://{','.join(f'127.0.0.1:{server.port}' for server in servers)}"
