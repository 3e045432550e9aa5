"""The lock cache on Redis, on its contract suite, in each set-up of a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fsm_adapters.redis.client import redis_client
from fsm_adapters.redis.lock_cache import RedisLockCache
from fsm_adapters.system.clock import SystemClock
from fsm_contract import LockCacheContract, LockSubject
from tests import lock_servers

UNIT = 0.3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("redis")


@pytest.fixture(scope="module")
def single(folder: Path) -> Iterator[lock_servers.Server]:
    with lock_servers.started(lock_servers.redis(folder)) as server:
        yield server


@pytest.fixture(scope="module")
def clustered(folder: Path) -> Iterator[lock_servers.Server]:
    """One node that has all slots."""
    with lock_servers.started(lock_servers.redis_cluster(folder)) as server:
        lock_servers.join([server])
        yield server


class _OnRedis(LockCacheContract):
    adapter = RedisLockCache

    @pytest.fixture
    def server(self) -> lock_servers.Server:
        raise NotImplementedError

    @pytest.fixture
    def options(self) -> str:
        return ""

    @pytest.fixture
    def subject(self, server: lock_servers.Server, options: str) -> Iterator[LockSubject]:
        lock_servers.command(server.port, "FLUSHALL")
        client, clock = redis_client(f"redis://127.0.0.1:{server.port}{options}"), SystemClock()
        yield LockSubject(clock=clock, unit=UNIT, lock=RedisLockCache(client, source="redis", clock=clock))
        client().close()


class TestOneServer(_OnRedis):
    @pytest.fixture
    def server(self, single: lock_servers.Server) -> lock_servers.Server:
        return single


class TestClusterMode(_OnRedis):
    @pytest.fixture
    def server(self, clustered: lock_servers.Server) -> lock_servers.Server:
        return clustered

    @pytest.fixture
    def options(self) -> str:
        return "?cluster=true"
