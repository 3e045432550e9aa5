"""Claims that outlast a long action."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.worker.claims import Claims, Heartbeat
from fsm_adapters.worker.worker import Worker
from fsm_ports.errors import PortError
from fsm_ports.event_handler import EventHandler
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import ACK, Delivery, Outcome, Outgoing

MESSAGE = Instance("orders", "a", "", 0, Status.RUNNING, False, "pseudo_init", "pseudo_init", "{}")
PATIENCE = 20.0


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def queue(clock: VirtualClock) -> MemoryQueue:
    queue = MemoryQueue(clock)
    queue.send([Outgoing(MESSAGE)])
    return queue


def receive(queue: MemoryQueue, until: float) -> Sequence[Delivery]:
    found = queue.receive(10, until)
    assert not isinstance(found, PortError)
    return found


def test_what_is_in_hand_stays_hidden_while_it_is_extended(clock: VirtualClock, queue: MemoryQueue) -> None:
    claims = Claims(clock, 30.0)
    with claims.hold(queue, receive(queue, claims.until())):
        for _ in range(5):
            clock.advance(20.0)
            claims.extend()
        clock.advance(20.0)
        assert not receive(queue, clock.now())


def test_what_is_not_extended_comes_again(clock: VirtualClock, queue: MemoryQueue) -> None:
    claims = Claims(clock, 30.0)
    with claims.hold(queue, receive(queue, claims.until())):
        clock.advance(30.0)
        assert len(receive(queue, clock.now())) == 1


def test_leases_are_renewed_to_the_same_time(clock: VirtualClock, queue: MemoryQueue) -> None:
    renewed: list[float] = []
    claims = Claims(clock, 30.0, renewed.append)
    with claims.hold(queue, receive(queue, claims.until())):
        clock.advance(10.0)
        claims.extend()
    assert renewed == [clock.now() + 30.0]


def test_nothing_in_hand_extends_nothing(clock: VirtualClock) -> None:
    renewed: list[float] = []
    Claims(clock, 30.0, renewed.append).extend()
    assert renewed == []


def test_a_claim_that_was_lost_is_no_reason_to_stop(clock: VirtualClock, queue: MemoryQueue) -> None:
    claims = Claims(clock, 30.0)
    with claims.hold(queue, receive(queue, claims.until())):
        clock.advance(31.0)
        assert receive(queue, clock.now() + 30.0)
        claims.extend()


def test_heartbeat_goes_on_after_a_beat_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    beats: list[int] = []
    third = threading.Event()

    def beat() -> None:
        beats.append(1)
        if len(beats) == 3:
            third.set()
        raise RuntimeError("no answer")

    with Heartbeat(0.001, beat):
        assert third.wait(PATIENCE)
    assert "claims could not be extended" in caplog.text


def test_no_beat_after_the_end() -> None:
    first = threading.Event()
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        first.set()

    with Heartbeat(0.001, beat):
        assert first.wait(PATIENCE)
    counted = len(beats)
    assert not threading.Event().wait(0.02)
    assert len(beats) == counted


def test_worker_extends_claims_and_leases_while_an_action_runs(clock: VirtualClock, queue: MemoryQueue) -> None:
    twice = threading.Semaphore(0)
    claim = 0.03
    given: list[float] = []

    def renew(until: float) -> None:
        given.append(until)
        twice.release()

    class Slow(EventHandler):
        def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
            clock.advance(claim)  # the action outlives its claim: only an extension keeps others out
            assert twice.acquire(timeout=PATIENCE)
            assert twice.acquire(timeout=PATIENCE)
            assert not receive(queue, deadline)
            return [ACK] * len(deliveries)

    Worker([queue], Slow(), clock, claim_seconds=claim, renew=renew).run(lambda: False, drained=lambda: True)
    assert given[-1] == clock.now() + claim
