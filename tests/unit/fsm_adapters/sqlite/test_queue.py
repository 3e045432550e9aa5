"""The ordinary queue."""

from __future__ import annotations

from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.queue import SqliteQueue
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import ACK, Delivery, Message, Outgoing, PortError, Unreadable

NOW = 1_700_000_000.0


def _send(queue: SqliteQueue, *messages: Message, not_before: float = 0.0) -> None:
    assert list(queue.send([Outgoing(m, not_before) for m in messages])) == [None] * len(messages)


def _take(queue: SqliteQueue, until: float) -> list[Delivery]:
    got = queue.receive(10, until)
    assert not isinstance(got, PortError)
    return list(got)


def test_queues_of_two_names_are_apart(file: SqliteFile) -> None:
    orders, dead = SqliteQueue(file, "orders"), SqliteQueue(file, "dead")
    _send(orders, samples.record("a", NOW))
    assert _take(dead, NOW + 60) == []
    assert [d.message for d in _take(orders, NOW + 60)] == [samples.record("a", NOW)]


def test_peek_shows_what_lies_there_and_receives_nothing(file: SqliteFile, clock: VirtualClock) -> None:
    queue = SqliteQueue(file, "dead")
    lying: list[Message] = [samples.record("a", NOW), Unreadable("{", "cut off"), samples.record("b", NOW)]
    for message in lying:
        _send(queue, message, not_before=NOW + 1000)
    assert queue.peek() == lying
    assert queue.peek(2) == lying[:2]
    clock.advance(1000)
    assert [d.received for d in _take(queue, clock.now() + 60)] == [1, 1, 1]
    assert queue.peek() == lying


def test_position_is_not_given_again_after_the_queue_was_empty(file: SqliteFile) -> None:
    queue = SqliteQueue(file, "q")
    positions: list[str] = []
    for _ in range(3):
        _send(queue, samples.record("a", NOW))
        got = _take(queue, NOW + 60)
        positions += [d.position for d in got]
        queue.settle(got, [ACK])
    assert positions == ["sqlite:q:1", "sqlite:q:2", "sqlite:q:3"]
