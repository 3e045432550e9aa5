"""Failures of SQLite as answers of a port."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.environment_store import SqliteEnvironmentStore
from fsm_adapters.sqlite.errors import translated
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.sqlite.lock_cache import SqliteLockCache
from fsm_adapters.sqlite.queue import SqliteQueue
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import (
    ACK,
    Commit,
    Committed,
    Instance,
    InstanceQuery,
    OutcomeUnknown,
    Outgoing,
    PortError,
    PortRejected,
    PortUnavailable,
)
from fsm_ports.history_log import Happened, HistoryEntry
from fsm_ports.instance import Status
from fsm_ports.writes import Pause

NOW = 1_700_000_000.0
FIRST = samples.record("a", NOW)


@contextmanager
def _locked(path: Path) -> Generator[None, None, None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


def _every_write(file: SqliteFile) -> list[PortError | None]:
    """The answer of each writing operation, to work that is new."""
    store, bus, queue = SqliteCheckpointStore(file), SqliteRecordBus(file), SqliteQueue(file, "q")
    locks = SqliteLockCache(file)
    entry = HistoryEntry("z", 0, NOW, Happened.RETRY, "orders", "s", None, Status.RUNNING)
    answers: list[object] = [
        *store.commit([Commit(samples.record("new", NOW))]),
        *store.commit([Commit(samples.record("a", NOW, 1))]),
        *store.mark([Pause("a", "", NOW)]),
        *bus.send([Outgoing(FIRST, NOW + 5)]),
        bus.receive(1, NOW + 60),
        bus.receive(10, NOW + 60),
        *queue.send([Outgoing(FIRST)]),
        *locks.acquire(["k"], "me", NOW + 60),
        *SqliteHistoryLog(file).append([entry]),
        SqliteEnvironmentStore(file).put("k", {"A": "1"}, NOW + 60),
    ]
    locks.release(["k"], "me")
    return [answer if isinstance(answer, PortError) else None for answer in answers]


def test_locked_file_is_unavailable_and_nothing_happens(
    file: SqliteFile, path: Path, store: SqliteCheckpointStore
) -> None:
    store.commit([Commit(FIRST)])
    with _locked(path):
        answers = _every_write(file)
        assert [type(answer) for answer in answers] == [PortUnavailable] * len(answers)
        assert str(answers[0]) == f"sqlite:///{path}: database is locked"
        assert list(store.read(["a", "new"])) == [FIRST, None]
    assert _every_write(file) == [None] * len(answers)


@pytest.mark.parametrize("pragma", ["query_only = 1", "max_page_count = 1"], ids=["read only", "disk full"])
def test_file_that_cannot_be_written_any_more_is_unavailable(
    file: SqliteFile, store: SqliteCheckpointStore, pragma: str
) -> None:
    store.commit([Commit(FIRST)])
    file.connection().db.execute(f"PRAGMA {pragma}")
    large = [samples.record(f"new-{n}", NOW)._replace(context=samples.text_of(300_000)) for n in range(2)]
    assert [type(result) for result in store.commit([Commit(i) for i in large])] == [PortUnavailable] * 2
    assert list(store.read(["a", "new-0"])) == [FIRST, None]


def test_damage_that_is_met_later_is_unavailable_with_its_reason(file: SqliteFile, path: Path) -> None:
    SqliteCheckpointStore(file).commit([Commit(samples.record(f"m-{n}", NOW)) for n in range(100)])
    file.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    (answer,) = SqliteCheckpointStore(file).read(["m-50"])
    assert isinstance(answer, PortUnavailable)
    assert "malformed" in answer.reason
    assert isinstance(SqliteCheckpointStore(file).find(InstanceQuery()), PortUnavailable)


def test_thread_that_cannot_open_the_file_is_answered(file: SqliteFile, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.extend(SqliteCheckpointStore(file).read(["a"])))
    thread.start()
    thread.join()
    (answer,) = answers
    assert isinstance(answer, PortUnavailable)
    assert "its schema version is 9" in str(answer)


@pytest.mark.parametrize(
    "broken",
    [FIRST._replace(context='"\ud83d"'), FIRST._replace(retries=2**70), FIRST._replace(context="x" * 2_000_000)],
    ids=["half a surrogate pair", "number beyond 64 bits", "too large"],
)
def test_item_that_sqlite_cannot_hold_is_rejected_and_fails_no_other(
    path: Path, clock: VirtualClock, broken: Instance
) -> None:
    store = SqliteCheckpointStore(SqliteFile(path, clock, SystemRandom(), max_bytes=500_000))
    others = [samples.record(name, NOW) for name in "bc"]
    results = store.commit([Commit(others[0]), Commit(broken), Commit(others[1])])
    assert [type(result) for result in results] == [Committed, PortRejected, Committed]
    assert list(store.read(["b", "a", "c"])) == [others[0], None, others[1]]


def test_note_that_does_not_fit_the_history_leaves_the_record_as_it_was(path: Path, clock: VirtualClock) -> None:
    store = SqliteCheckpointStore(SqliteFile(path, clock, SystemRandom(), max_bytes=500_000))
    store.commit([Commit(FIRST)])
    (result,) = store.mark([Pause("a", "x" * 2_000_000, NOW)])
    assert isinstance(result, PortRejected)
    assert list(store.read(["a"])) == [FIRST]


def test_deliveries_of_another_source_are_rejected(file: SqliteFile, store: SqliteCheckpointStore) -> None:
    bus, queue = SqliteRecordBus(file), SqliteQueue(file, "q")
    store.commit([Commit(FIRST)])
    queue.send([Outgoing(FIRST)])
    of_bus, of_queue = bus.receive(1, NOW + 60), queue.receive(1, NOW + 60)
    assert not isinstance(of_bus, PortError)
    assert not isinstance(of_queue, PortError)
    for source, foreign in ((bus, of_queue), (queue, of_bus)):
        assert [type(s) for s in source.settle(foreign, [ACK])] == [PortRejected]
        assert [type(s) for s in source.extend(foreign, NOW + 90)] == [PortRejected]


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (sqlite3.SQLITE_BUSY, PortUnavailable),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, PortUnavailable),
        (sqlite3.SQLITE_FULL, PortUnavailable),
        (sqlite3.SQLITE_READONLY_DBMOVED, PortUnavailable),
        (sqlite3.SQLITE_CORRUPT, PortUnavailable),
        (sqlite3.SQLITE_CONSTRAINT_NOTNULL, PortRejected),
        (sqlite3.SQLITE_TOOBIG, PortRejected),
        (sqlite3.SQLITE_IOERR_FSYNC, OutcomeUnknown),
    ],
)
def test_result_code_decides_what_the_caller_does_next(code: int, answer: type[PortError]) -> None:
    error = sqlite3.OperationalError("what happened")
    error.sqlite_errorcode = code
    result = translated(error, "sqlite:///x.db")
    assert type(result) is answer
    assert str(result) == "sqlite:///x.db: what happened"
