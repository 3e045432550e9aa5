"""Commits and marks: their history, and the roads that SQLite takes to the rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from fsm_adapters.sqlite import committing, record_bus
from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import Commit, Committed, Delivery, Outgoing, PortError, PortRejected, Status
from fsm_ports.history_log import Happened, HistoryEntry, entry_of_commit
from fsm_ports.writes import Fail, Pause

NOW = 1_700_000_000.0
STATEMENTS = committing._statements(history=True)


def received(bus: SqliteRecordBus, until: float) -> Sequence[Delivery]:
    deliveries = bus.receive(1, until)
    assert not isinstance(deliveries, PortError)
    return deliveries


def _read(log: SqliteHistoryLog, after_step: int = -1, limit: int = 1000) -> list[HistoryEntry]:
    entries = log.read("a", after_step, limit)
    assert not isinstance(entries, PortError)
    return list(entries)


def test_commit_that_cannot_write_its_history_does_not_take_place(
    file: SqliteFile, store: SqliteCheckpointStore, history: SqliteHistoryLog
) -> None:
    first = samples.record("a", NOW)
    store.commit([Commit(first)])
    file.connection().db.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no room for history'); END"
    )
    commits = [Commit(samples.record("a", NOW, 1)), Commit(samples.record("b", NOW))]
    assert [type(result) for result in store.commit(commits[:1])] == [PortRejected]
    assert [type(result) for result in store.commit(commits)] == [PortRejected] * 2
    assert [type(result) for result in store.mark([Pause("a", "", NOW)])] == [PortRejected]
    assert list(store.read(["a", "b"])) == [first, None]
    assert len(_read(history)) == 1


def test_process_without_history_writes_none_beside_one_that_does(path: Path, clock: VirtualClock) -> None:
    silent = SqliteFile(path, clock, SystemRandom(), history=False)
    telling = SqliteFile(path, clock, SystemRandom())
    for step, file in enumerate([telling, silent, telling, silent]):
        (result,) = SqliteCheckpointStore(file).commit([Commit(samples.record("a", NOW + step, step))])
        assert isinstance(result, Committed)
    SqliteRecordBus(silent).send([Outgoing(samples.record("a", NOW, 3)._replace(retries=1))])
    SqliteCheckpointStore(silent).mark([Fail("a", 3, "broken", NOW)])
    assert [entry.step for entry in _read(SqliteHistoryLog(silent))] == [0, 2]
    assert not SqliteCheckpointStore(silent).keeps_history


@pytest.mark.parametrize("expected", [Status.RUNNING, Status.WAITING, Status.FAILED])
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("taken", ["", "e-1"])
@pytest.mark.parametrize("paused", [False, True])
def test_history_entry_is_the_one_that_the_ports_specify(
    store: SqliteCheckpointStore, history: SqliteHistoryLog, expected: Status, status: Status, taken: str, paused: bool
) -> None:
    store.commit([Commit(samples.record("a", NOW, 0, expected))])
    if paused:
        store.mark([Pause("a", "", NOW)])
    after = samples.record("a", NOW + 1, 1, status)._replace(retries=2, error="before", data="1")
    commit = Commit(after, expected, taken=taken)
    (result,) = store.commit([commit])
    assert isinstance(result, Committed)
    assert _read(history, after_step=0) == [entry_of_commit(commit, result.instance)]


def test_history_of_commits_marks_and_what_was_appended_is_read_in_order(
    store: SqliteCheckpointStore, history: SqliteHistoryLog
) -> None:
    for step in range(5):
        store.commit([Commit(samples.record("a", NOW + step, step))])
        store.mark([Pause("b", "", NOW)])
        retry = HistoryEntry("a", step, NOW + step + 0.5, Happened.RETRY, "orders", "s", None, Status.RUNNING)
        assert list(history.append([retry, retry])) == [None, None]
    store.mark([Fail("a", 4, "broken", NOW + 9)])
    pairs = [(step, kind) for step in range(5) for kind in (Happened.STEP, Happened.RETRY)]
    expected = [(0, Happened.STARTED), *pairs[1:], (4, Happened.FAILED)]
    assert [(e.step, e.happened) for e in _read(history)] == expected
    assert [(e.step, e.happened) for e in _read(history, after_step=1, limit=3)] == expected[4:7]


def test_long_history_is_read_in_pages(store: SqliteCheckpointStore, history: SqliteHistoryLog) -> None:
    for step in range(250):
        store.commit([Commit(samples.record("a", NOW + step, step))])
    steps: list[int] = []
    while page := _read(history, after_step=steps[-1] if steps else -1, limit=100):
        steps += [entry.step for entry in page]
    assert steps == list(range(250))


@pytest.mark.parametrize(
    "sql",
    [
        record_bus._TAKING.one,
        record_bus._TAKING.suspect,
        record_bus._TAKING.clean,
        record_bus._TAKING.look,
        STATEMENTS.still_held,
        *STATEMENTS.same_status.values(),
        *STATEMENTS.new_status.values(),
    ],
)
def test_no_statement_of_a_step_scans_a_table(file: SqliteFile, sql: str) -> None:
    """So that a step of a large file costs what one of a small file costs."""
    db = file.connection().db
    plan = db.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?")).fetchall()
    assert plan
    assert [detail for *_, detail in plan if detail.startswith("SCAN")] == []


def test_no_index_is_written_by_a_step_that_need_not_move_in_it(file: SqliteFile) -> None:
    """Each page that a step writes costs as much as all of its Python."""
    db = file.connection().db

    def writes(index: str, sql: str) -> bool:
        root: int = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,)).fetchone()[0]
        rows = db.execute(f"EXPLAIN {sql}", [None] * sql.count("?")).fetchall()
        return any(row[1] == "OpenWrite" and row[3] == root for row in rows)

    link, same, new = STATEMENTS.still_held, STATEMENTS.same_status[False], STATEMENTS.new_status[False]
    assert [writes("instance_status", sql) for sql in (link, same, new)] == [False, False, True]
    assert [writes("instance_ready", sql) for sql in (link, same, new)] == [False, True, True]


def test_a_start_has_its_note_and_a_process_without_history_leaves_others_notes_alone(
    path: Path, clock: VirtualClock
) -> None:
    telling, silent = (SqliteFile(path, clock, SystemRandom(), history=history) for history in (True, False))
    SqliteCheckpointStore(telling).commit([Commit(samples.record("a", NOW), note="replays w-1")])
    SqliteCheckpointStore(silent).commit([Commit(samples.record("a", NOW, 1), note="of nobody")])
    assert [entry.note for entry in _read(SqliteHistoryLog(telling))] == ["replays w-1"]
