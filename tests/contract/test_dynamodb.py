"""Retries, leases, environments and histories in DynamoDB keep the contracts of their ports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.environment_store import DynamoEnvironmentStore
from fsm_adapters.dynamodb.history_log import DynamoHistoryLog
from fsm_adapters.dynamodb.lock_cache import DynamoLockCache
from fsm_adapters.dynamodb.retry_scheduler import DynamoRetryScheduler
from fsm_adapters.dynamodb.retry_source import DynamoRetrySource
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import (
    EnvironmentStoreContract,
    EnvironmentSubject,
    HistoryLogContract,
    HistorySubject,
    LockCacheContract,
    LockSubject,
    MessageSourceContract,
    RetrySchedulerContract,
    RetrySubject,
)
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import SOURCE, new_table, tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture
def client(aws: Backend) -> Callable[[], DynamoDBClient]:
    return tables(aws)


@pytest.fixture
def clock() -> VirtualClock:
    """The callers' clock decides: the table goes by none of its own."""
    return VirtualClock(1_700_000_000.25)


class _OfRetries:
    """The road of a retry table."""

    @pytest.fixture
    def subject(self, client: Callable[[], DynamoDBClient], clock: VirtualClock) -> RetrySubject:
        table, random = new_table(client, schemas.RETRY), SystemRandom()
        bus = DynamoRetryScheduler(client, table, source=SOURCE, clock=clock, random=random)
        source = DynamoRetrySource(client, table, source=SOURCE, clock=clock, random=random, owner="a timer")
        return RetrySubject(bus=bus, source=source, clock=clock, alone=True)


class TestRetryScheduler(_OfRetries, RetrySchedulerContract):
    adapter = DynamoRetryScheduler


class TestRetrySource(_OfRetries, MessageSourceContract):
    adapter = DynamoRetrySource


class TestLockCache(LockCacheContract):
    adapter = DynamoLockCache

    @pytest.fixture
    def subject(self, client: Callable[[], DynamoDBClient], clock: VirtualClock) -> LockSubject:
        table = new_table(client, schemas.CACHE)
        return LockSubject(lock=DynamoLockCache(client, table, source=SOURCE, clock=clock), clock=clock)


class TestEnvironmentStore(EnvironmentStoreContract):
    adapter = DynamoEnvironmentStore

    @pytest.fixture
    def subject(self, client: Callable[[], DynamoDBClient], clock: VirtualClock) -> EnvironmentSubject:
        table = new_table(client, schemas.ENVIRONMENT)
        return EnvironmentSubject(store=DynamoEnvironmentStore(client, table, source=SOURCE, clock=clock), clock=clock)


class TestHistoryLog(HistoryLogContract):
    adapter = DynamoHistoryLog

    @pytest.fixture
    def subject(self, client: Callable[[], DynamoDBClient], clock: VirtualClock) -> HistorySubject:
        table = new_table(client, schemas.HISTORY)
        return HistorySubject(log=DynamoHistoryLog(client, table, source=SOURCE), clock=clock)
