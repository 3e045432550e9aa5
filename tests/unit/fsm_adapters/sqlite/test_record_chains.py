"""Links of a chain: a record that is held stays held, and no more is written than that."""

from __future__ import annotations

from fsm_adapters.sqlite.file import SqliteFile
from fsm_ports import ACK, Instance
from fsm_ports.writes import Touch
from tests.unit.fsm_adapters.sqlite.worker import HOLD, Worker


def ready(file: SqliteFile, name: str) -> float:
    row = file.connection().db.execute("SELECT ready_at FROM instance WHERE correlation_id = ?", (name,)).fetchone()
    return float(row[0])


def links(worker: Worker, count: int) -> Instance:
    """A machine that was taken, and made so many steps under one claim, held for the same time."""
    worker.start("a")
    until = worker.clock.now() + HOLD
    record = worker.message(worker.one())
    for _ in range(count):
        record = worker.next(record)
        worker.commit(record, hold=until - worker.clock.now())
    return record


def test_a_later_link_leaves_alone_when_the_record_is_due(worker: Worker, file: SqliteFile) -> None:
    record = links(worker, 1)
    asked: list[str] = []
    file.connection().db.set_trace_callback(asked.append)
    worker.commit(worker.next(record), hold=HOLD)
    updates = [statement for statement in asked if statement.startswith("UPDATE instance SET machine")]
    assert updates
    assert not any("ready_at" in statement for statement in updates)


def test_it_comes_back_when_its_hold_ends(worker: Worker) -> None:
    links(worker, 3)
    worker.clock.advance(HOLD - 1)
    assert worker.take() == []
    worker.clock.advance(1)
    again = worker.one()
    assert (worker.message(again).step, again.maybe_died) == (3, True)


def test_the_last_link_is_due_at_once(worker: Worker, file: SqliteFile) -> None:
    record = links(worker, 3)
    worker.commit(worker.next(record))
    assert worker.message(worker.one()).step == 4
    assert worker.take() == []


def test_a_longer_hold_is_written(worker: Worker, file: SqliteFile) -> None:
    record = links(worker, 2)
    worker.commit(worker.next(record), hold=3 * HOLD)
    assert ready(file, "a") == worker.clock.now() + 3 * HOLD


def test_a_link_keeps_what_a_heartbeat_has_extended(worker: Worker, file: SqliteFile) -> None:
    worker.start("a")
    delivery = worker.one()
    first = worker.next(worker.message(delivery))
    worker.commit(first, hold=HOLD)
    later = worker.clock.now() + 2 * HOLD
    assert list(worker.bus.extend([delivery], later)) == [None]
    worker.commit(worker.next(first), hold=HOLD)
    assert ready(file, "a") == later


def test_a_heartbeat_never_shortens_a_hold(worker: Worker, file: SqliteFile) -> None:
    worker.start("a")
    delivery = worker.one()
    worker.commit(worker.next(worker.message(delivery)), hold=2 * HOLD)
    assert list(worker.bus.extend([delivery], worker.clock.now() + HOLD)) == [None]
    assert ready(file, "a") == worker.clock.now() + 2 * HOLD


def test_a_link_after_somebody_took_the_claim_holds_the_record_itself(worker: Worker, file: SqliteFile) -> None:
    record = links(worker, 2)
    worker.mark(Touch("a", record.step, record.updated_at, worker.clock.now()))  # due at once, and nobody's
    touched = record._replace(updated_at=worker.clock.now())
    worker.commit(worker.next(touched), hold=HOLD)
    assert ready(file, "a") == worker.clock.now() + HOLD
    assert worker.take() == []


def test_nothing_of_a_chain_is_left_in_the_process(worker: Worker, file: SqliteFile) -> None:
    worker.start("a")
    delivery = worker.one()
    worker.commit(worker.next(worker.message(delivery)), hold=HOLD)
    worker.settle(delivery, ACK)
    assert file.held == {}
