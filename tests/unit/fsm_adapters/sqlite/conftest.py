"""What the tests of the SQLite adapters share."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from tests.unit.fsm_adapters.sqlite.worker import Worker


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_700_000_000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fsm.db"


@pytest.fixture
def file(path: Path, clock: VirtualClock) -> SqliteFile:
    return SqliteFile(path, clock, SystemRandom(), busy_timeout=0.05)


@pytest.fixture
def store(file: SqliteFile) -> SqliteCheckpointStore:
    return SqliteCheckpointStore(file)


@pytest.fixture
def bus(file: SqliteFile) -> SqliteRecordBus:
    return SqliteRecordBus(file)


@pytest.fixture
def history(file: SqliteFile) -> SqliteHistoryLog:
    return SqliteHistoryLog(file)


@pytest.fixture
def worker(store: SqliteCheckpointStore, bus: SqliteRecordBus, clock: VirtualClock) -> Worker:
    return Worker(store, bus, clock)
