"""The adapters on a SQLite file, on the contract suites."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.environment_store import SqliteEnvironmentStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.sqlite.lock_cache import SqliteLockCache
from fsm_adapters.sqlite.queue import SqliteQueue
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import (
    CheckpointStoreContract,
    EnvironmentStoreContract,
    EnvironmentSubject,
    EventBusContract,
    HistoryLogContract,
    HistorySubject,
    LockCacheContract,
    LockSubject,
    MessageSourceContract,
    RetrySchedulerContract,
    RetrySubject,
    StoreSubject,
    samples,
)
from fsm_ports import CheckpointStore, Commit, Instance, Status

LARGEST = 400_000
_DAMAGE = "UPDATE instance SET extra = ? WHERE correlation_id = ?"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_700_000_000.25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fsm.db"


@pytest.fixture
def file(path: Path, clock: VirtualClock) -> SqliteFile:
    return SqliteFile(path, clock, SeededRandom(1), max_bytes=LARGEST)


def _execute(path: Path, sql: str, *parameters: object) -> None:
    """As somebody would who opens the file with another program."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(sql, parameters)


class TestCheckpointStore(CheckpointStoreContract):
    adapter = SqliteCheckpointStore

    @pytest.fixture
    def subject(self, file: SqliteFile, path: Path, clock: VirtualClock) -> StoreSubject:
        def another() -> CheckpointStore:
            return SqliteCheckpointStore(SqliteFile(path, clock, SeededRandom(2)))

        return StoreSubject(
            store=SqliteCheckpointStore(file),
            clock=clock,
            damage=lambda name: _execute(path, _DAMAGE, "[" * 100_000, name),
            source=SqliteRecordBus(file),
            history=SqliteHistoryLog(file),
            another=another,
            max_bytes=LARGEST + 2**20,
        )


class _OfRecords:
    """The road of records."""

    @pytest.fixture
    def subject(self, file: SqliteFile, path: Path, clock: VirtualClock) -> RetrySubject:
        bus, store = SqliteRecordBus(file), SqliteCheckpointStore(file)

        def admit(message: Instance) -> None:
            status = message.status if message.status is Status.WAITING else Status.RUNNING
            bare = message._replace(status=status, retries=0, position="", not_before=0.0, error=None)
            for commit in samples.steps_to(bare):
                store.commit([commit])
            _execute(path, "UPDATE instance SET ready_at = NULL WHERE correlation_id = ?", message.correlation_id)

        def spoil(text: str) -> None:
            store.commit([Commit(samples.record("spoiled", clock.now()))])
            _execute(path, "UPDATE instance SET status = ? WHERE correlation_id = 'spoiled'", text)

        return RetrySubject(
            bus=bus,
            source=bus,
            clock=clock,
            admit=admit,
            of_records=True,
            alone=True,
            spoil=spoil,
        )


class TestRecordsAsEventBus(_OfRecords, EventBusContract):
    adapter = SqliteRecordBus


class TestRecordsAsRetryScheduler(_OfRecords, RetrySchedulerContract):
    adapter = SqliteRecordBus


class TestRecordsAsMessageSource(_OfRecords, MessageSourceContract):
    adapter = SqliteRecordBus


class _OfQueue:
    """The road of a queue."""

    @pytest.fixture
    def subject(self, file: SqliteFile, path: Path, clock: VirtualClock) -> RetrySubject:
        queue = SqliteQueue(file, "orders")
        sql = "INSERT INTO message (queue, payload, visible_at, received) VALUES ('orders', ?, 0, 0)"
        spoil: Callable[[str], None] = lambda text: _execute(path, sql, text)  # noqa: E731
        return RetrySubject(bus=queue, source=queue, clock=clock, alone=True, spoil=spoil)


class TestQueueAsEventBus(_OfQueue, EventBusContract):
    adapter = SqliteQueue


class TestQueueAsRetryScheduler(_OfQueue, RetrySchedulerContract):
    adapter = SqliteQueue


class TestQueueAsMessageSource(_OfQueue, MessageSourceContract):
    adapter = SqliteQueue


class TestHistoryLog(HistoryLogContract):
    adapter = SqliteHistoryLog

    @pytest.fixture
    def subject(self, file: SqliteFile, clock: VirtualClock) -> HistorySubject:
        return HistorySubject(log=SqliteHistoryLog(file), clock=clock)


class TestLockCache(LockCacheContract):
    adapter = SqliteLockCache

    @pytest.fixture
    def subject(self, file: SqliteFile, clock: VirtualClock) -> LockSubject:
        return LockSubject(lock=SqliteLockCache(file), clock=clock)


class TestEnvironmentStore(EnvironmentStoreContract):
    adapter = SqliteEnvironmentStore

    @pytest.fixture
    def subject(self, file: SqliteFile, clock: VirtualClock) -> EnvironmentSubject:
        return EnvironmentSubject(store=SqliteEnvironmentStore(file), clock=clock)
