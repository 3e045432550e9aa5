"""MemoryQueue beyond the contract of its ports: what it shares with SQS."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

from fsm_adapters._wire.message import decode
from fsm_adapters.memory import MemoryQueue
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import ACK, NACK, Defer, Delivery, Message, Outgoing, PortError


def _receive(queue: MemoryQueue, clock: VirtualClock, limit: int = 10) -> Sequence[Delivery]:
    batch = queue.receive(limit, clock.now() + 30)
    assert not isinstance(batch, PortError)
    return batch


def _send(queue: MemoryQueue, clock: VirtualClock, *ids: str) -> None:
    queue.send([Outgoing(samples.record(name, clock.now())) for name in ids])


def _ids(messages: Sequence[Message]) -> list[str]:
    return [getattr(message, "correlation_id", "") for message in messages]


def test_message_received_too_often_goes_to_the_dead_letters() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock, max_receives=3)
    _send(queue, clock, "poison")
    for expected in (1, 2, 3):
        assert [d.received for d in _receive(queue, clock)] == [expected]
        clock.advance(30)
    _send(queue, clock, "good")
    assert _ids([d.message for d in _receive(queue, clock)]) == ["good"]
    assert _ids(queue.dead_letters) == ["poison"]
    clock.advance(100)
    assert _ids([d.message for d in _receive(queue, clock)]) == ["good"]


def test_dead_letters_of_several_queues_can_share_a_list() -> None:
    clock, dead = VirtualClock(), list[Message]()
    for name in ("a", "b"):
        queue = MemoryQueue(clock, name, max_receives=0, dead_letters=dead)
        _send(queue, clock, name)
        assert _receive(queue, clock) == []
    assert _ids(dead) == ["a", "b"]


def test_deferral_costs_a_receive() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock)
    _send(queue, clock, "a")
    (first,) = _receive(queue, clock)
    queue.settle([first], [Defer(clock.now() + 5)])
    clock.advance(5)
    (second,) = _receive(queue, clock)
    assert (second.received, second.maybe_died, second.can_defer) == (2, True, True)


def test_nack_waits_as_long_as_the_queue_is_told() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock, nack_wait=4.0)
    _send(queue, clock, "a")
    queue.settle(_receive(queue, clock), [NACK])
    clock.advance(3.9)
    assert _receive(queue, clock) == []
    clock.advance(0.1)
    assert len(_receive(queue, clock)) == 1


def test_claim_that_is_over_before_it_begins_hands_a_message_out_once_a_call() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock)
    _send(queue, clock, "a")
    batch = queue.receive(10, clock.now() - 1)
    assert not isinstance(batch, PortError)
    assert len(batch) == 1


def test_claim_moved_back_and_forth_hands_a_message_out_once_a_call() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock)
    _send(queue, clock, "a")
    held = _receive(queue, clock)
    end = clock.now() + 30
    queue.extend(held, end + 10)
    queue.extend(held, end)
    queue.extend(held, end)
    clock.advance(30)
    assert len(_receive(queue, clock)) == 1


def test_oldest_due_message_comes_first() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock)
    later = samples.record("later", clock.now())
    queue.send([Outgoing(later, clock.now() + 5)])
    _send(queue, clock, "a", "b")
    clock.advance(5)
    _send(queue, clock, "c")
    assert _ids([d.message for d in _receive(queue, clock)]) == ["a", "b", "later", "c"]


def test_settled_messages_leave_nothing_behind() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock)
    for _ in range(3):
        _send(queue, clock, *"abcdefgh")
        batch = _receive(queue, clock)
        queue.settle(batch, [ACK] * len(batch))
    clock.advance(1000)
    assert _receive(queue, clock) == []
    assert queue._shelf._order == []


def test_a_test_can_see_what_is_under_way_and_when_it_is_due() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock, "q")
    start = clock.now()
    assert (queue.next_at(), queue.under_way()) == (None, [])
    queue.send([Outgoing(samples.record("later", start), start + 60), Outgoing(samples.record("now", start))])
    assert queue.next_at() == start
    (taken,) = _receive(queue, clock)
    assert queue.next_at() == start + 30  # when the claim ends
    assert [(held.at - start, held.position) for held in queue.under_way()] == [(60, "q:1"), (30, taken.position)]
    assert _ids([decode(held.text) for held in queue.under_way()]) == ["later", "now"]
    queue.settle([taken], [ACK])
    assert queue.next_at() == start + 60


def test_messages_that_are_long_settled_take_no_memory() -> None:
    """Their claims would have gone on for a while."""
    clock = VirtualClock()
    queue = MemoryQueue(clock)

    def pass_through(times: int) -> int:
        tracemalloc.start()
        for _ in range(times):
            _send(queue, clock, "one")
            batch = _receive(queue, clock, 1)
            queue.settle(batch, [ACK])
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return held

    pass_through(1_000)
    assert pass_through(10_000) < 10_000 * 10  # bytes; what a claim takes is a hundred
