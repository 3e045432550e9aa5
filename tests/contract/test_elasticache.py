"""The lock cache on what an ARN of ElastiCache leads to, on its contract suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.elasticache.lock_cache import ElastiCacheLockCache
from fsm_adapters.elasticache.resolve import cache_endpoint
from fsm_adapters.memcached.client import memcached_client
from fsm_adapters.memcached.lock_cache import MemcachedLockCache
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import LockCacheContract, LockSubject
from tests import lock_servers

ARN = "arn:aws:elasticache:eu-west-1:123456789012:cluster:locks"


class TestElastiCacheLockCache(LockCacheContract):
    adapter = ElastiCacheLockCache

    @pytest.fixture
    def server(self) -> Iterator[lock_servers.Server]:
        with lock_servers.started(lock_servers.memcached()) as server:
            yield server

    @pytest.fixture
    def subject(self, server: lock_servers.Server) -> Iterator[LockSubject]:
        clock, endpoints = VirtualClock(1_700_000_000.25), {ARN: f"memcached://127.0.0.1:{server.port}"}
        client = memcached_client(endpoints[ARN])
        lock = ElastiCacheLockCache(
            lambda: cache_endpoint(ARN, AwsClients("eu-west-1").elasticache(), endpoints=endpoints),
            lambda found: MemcachedLockCache(client, source=found.engine, clock=clock),
            source=ARN,
        )
        yield LockSubject(clock=clock, lock=lock)
        client().close()
