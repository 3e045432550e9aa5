"""The worker: receive, handle, settle, fairly and one batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.worker.worker import Worker
from fsm_ports.errors import PortError, PortUnavailable
from fsm_ports.event_handler import EventHandler
from fsm_ports.instance import Instance, Status
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import ACK, NACK, Defer, Delivery, Outcome, Outgoing
from fsm_ports.results import Sent


def message(name: str) -> Instance:
    return Instance("orders", name, "", 0, Status.RUNNING, False, "pseudo_init", "pseudo_init", "{}")


def put(queue: MemoryQueue, *names: str) -> None:
    assert list(queue.send([Outgoing(message(name)) for name in names])) == [None] * len(names)


class Handler(EventHandler):
    """Notes what it gets; answers what it is told to."""

    def __init__(self, answer: Outcome = ACK, during: Callable[[], None] = lambda: None) -> None:
        self.answer, self.during = answer, during
        self.batches: list[list[str]] = []
        self.deadlines: list[float] = []

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        messages = [delivery.message for delivery in deliveries]
        self.batches.append([each.correlation_id for each in messages if isinstance(each, Instance)])
        self.deadlines.append(deadline)
        self.during()
        return [self.answer] * len(deliveries)

    @property
    def handled(self) -> list[str]:
        return [name for batch in self.batches for name in batch]


class Flaky(MessageSource):
    """A source that fails while it is told to."""

    def __init__(self, inner: MessageSource) -> None:
        self.inner = inner
        self.receive_fails = self.settle_fails = False
        self.asked = 0

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        self.asked += 1
        return PortUnavailable("down") if self.receive_fails else self.inner.receive(limit, visible_until)

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return self.inner.extend(deliveries, visible_until)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        if self.settle_fails:
            return [PortUnavailable("down")] * len(deliveries)
        return self.inner.settle(deliveries, outcomes)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def queue(clock: VirtualClock) -> MemoryQueue:
    return MemoryQueue(clock)


def test_what_is_acknowledged_is_gone_and_counted(clock: VirtualClock, queue: MemoryQueue) -> None:
    put(queue, "a")
    handler = Handler()
    worker = Worker([queue], handler, clock)
    assert worker.run_once() == 1
    clock.advance(1000)
    assert worker.run_once() == 0
    assert handler.handled == ["a"]


@pytest.mark.parametrize(("outcome", "wait"), [(NACK, 5.0), (Defer(1_000_000_100.0), 100.0)])
def test_what_is_not_done_comes_again(clock: VirtualClock, queue: MemoryQueue, outcome: Outcome, wait: float) -> None:
    put(queue, "a")
    handler = Handler(outcome)
    worker = Worker([queue], handler, clock)
    worker.run_once()
    clock.advance(wait)
    assert worker.run_once() == 1
    assert handler.handled == ["a", "a"]


def test_deadline_is_the_end_of_the_claim(clock: VirtualClock, queue: MemoryQueue) -> None:
    put(queue, "a")
    handler = Handler()
    Worker([queue], handler, clock, claim_seconds=12.0).run_once()
    assert handler.deadlines == [clock.now() + 12.0]


def test_quick_batches_grow_to_the_largest(clock: VirtualClock, queue: MemoryQueue) -> None:
    put(queue, *map(str, range(20)))
    handler = Handler()
    worker = Worker([queue], handler, clock, batch=8)
    while worker.run_once():
        pass
    assert [len(batch) for batch in handler.batches] == [1, 2, 4, 8, 5]


def test_slow_batches_shrink(clock: VirtualClock, queue: MemoryQueue) -> None:
    put(queue, *map(str, range(23)))
    handler = Handler()
    worker = Worker([queue], handler, clock)
    for _ in range(3):
        worker.run_once()
    handler.during = lambda: clock.advance(2.0)
    while worker.run_once():
        pass
    assert [len(batch) for batch in handler.batches] == [1, 2, 4, 8, 4, 2, 1, 1]


def test_a_full_source_does_not_starve_another(clock: VirtualClock) -> None:
    full, other = MemoryQueue(clock), MemoryQueue(clock)
    put(full, *map(str, range(100)))
    put(other, "other")
    handler = Handler()
    worker = Worker([full, other], handler, clock, batch=1)
    assert worker.run_once() == 2
    assert "other" in handler.handled


def test_a_source_that_is_down_is_left_alone_for_longer_and_longer(clock: VirtualClock, queue: MemoryQueue) -> None:
    source = Flaky(queue)
    source.receive_fails = True
    worker = Worker([source], Handler(), clock)
    asked: list[float] = []
    began = clock.now()
    while len(asked) < 9:
        before = source.asked
        worker.run_once()
        if source.asked > before:
            asked.append(clock.now() - began)
        clock.advance(0.5)
    assert asked == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5]


def test_a_source_that_is_down_does_not_hold_up_others(clock: VirtualClock, queue: MemoryQueue) -> None:
    down = Flaky(MemoryQueue(clock))
    down.receive_fails = True
    put(queue, "a")
    assert Worker([down, queue], Handler(), clock).run_once() == 1


def test_what_could_not_be_settled_comes_again_when_the_claim_ends(clock: VirtualClock, queue: MemoryQueue) -> None:
    put(queue, "a")
    source = Flaky(queue)
    source.settle_fails = True
    handler = Handler()
    worker = Worker([source], handler, clock, claim_seconds=10.0)
    worker.run_once()
    source.settle_fails = False
    clock.advance(9.0)
    assert worker.run_once() == 0
    clock.advance(1.0)
    assert worker.run_once() == 1
    assert handler.handled == ["a", "a"]


def test_run_ends_when_nothing_comes_and_all_is_drained(clock: VirtualClock, queue: MemoryQueue) -> None:
    put(queue, "a", "b", "c")
    handler = Handler()
    Worker([queue], handler, clock).run(lambda: False, drained=lambda: len(handler.handled) == 3)
    assert handler.handled == ["a", "b", "c"]


def test_run_does_not_end_while_something_is_held(clock: VirtualClock, queue: MemoryQueue) -> None:
    later = clock.now() + 60.0
    queue.send([Outgoing(message("held"), later)])
    handler = Handler()
    Worker([queue], handler, clock).run(lambda: False, drained=lambda: bool(handler.handled))
    assert clock.now() >= later


def test_polls_become_rarer_while_nothing_comes(clock: VirtualClock, queue: MemoryQueue) -> None:
    source = Flaky(queue)
    end = clock.now() + 100.0
    Worker([source], Handler(), clock).run(lambda: clock.now() > end, idle=1.0)
    assert 100 <= source.asked < 120


def test_a_request_to_stop_lets_the_batch_in_hand_finish_and_begins_no_other(
    clock: VirtualClock, queue: MemoryQueue
) -> None:
    put(queue, "a", "b", "c")
    other = MemoryQueue(clock)
    put(other, "d")
    stop: list[bool] = []
    handler = Handler(during=lambda: stop.append(True))
    Worker([queue, other], handler, clock, batch=1).run(lambda: bool(stop))
    assert len(handler.handled) == 1
    clock.advance(1000.0)
    left = [*_received(queue), *_received(other)]
    assert sorted([*left, *handler.handled]) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("batch", "claim"), [(0, 30.0), (1, 0.0)])
def test_bounds_that_make_no_sense_are_refused(
    clock: VirtualClock, queue: MemoryQueue, batch: int, claim: float
) -> None:
    with pytest.raises(ValueError, match="batch of at least 1 and a claim above 0"):
        Worker([queue], Handler(), clock, batch=batch, claim_seconds=claim)


def test_no_source_is_refused(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="needs a source"):
        Worker([], Handler(), clock)


def _received(queue: MemoryQueue) -> list[str]:
    found = queue.receive(10, 0.0)
    assert not isinstance(found, PortError)
    return [each.message.correlation_id for each in found if isinstance(each.message, Instance)]
