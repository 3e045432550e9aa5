"""Records as messages: which are delivered, and when."""

from __future__ import annotations

import pytest

from fsm_ports import ACK, NACK, InboxEvent, Status
from fsm_ports.writes import Abort, AppendEvent, Fail, Pause, Resume, Touch
from tests.unit.fsm_adapters.sqlite.worker import HOLD, Worker


@pytest.mark.parametrize(("claimed", "held"), [(20, 30), (30, 30), (30, 20)])
def test_held_record_comes_when_its_hold_ends_and_the_claim_under_which_it_was_committed(
    worker: Worker, claimed: float, held: float
) -> None:
    worker.start("a")
    worker.commit(worker.next(worker.message(worker.one(claimed))), hold=held)
    worker.clock.advance(29)
    assert worker.take() == []
    worker.clock.advance(1)
    assert worker.message(worker.one()).step == 1


def test_waiting_record_comes_at_its_deadline(worker: Worker) -> None:
    worker.start("a")
    found = worker.message(worker.one())
    worker.commit(worker.next(found, Status.WAITING, worker.clock.now() + 100))
    worker.clock.advance(99)
    assert worker.take() == []
    worker.clock.advance(1)
    assert worker.message(worker.one()).status is Status.WAITING


def test_waiting_record_with_an_event_in_its_inbox_comes_at_once(worker: Worker) -> None:
    worker.start("a")
    found = worker.message(worker.one())
    worker.mark(AppendEvent("a", 0, InboxEvent("e", "paid"), worker.clock.now()))
    worker.commit(worker.next(found, Status.WAITING, worker.clock.now() + 100))
    assert worker.names(worker.take()) == ["a"]


def test_event_that_comes_while_the_holder_puts_a_waiting_record_to_sleep_is_not_slept_over(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    deadline = worker.clock.now() + 100
    waiting = worker.next(worker.message(delivery), Status.WAITING, deadline)
    worker.commit(waiting)
    worker.mark(AppendEvent("a", 1, InboxEvent("e", "paid"), worker.clock.now()))
    assert worker.send(waiting, deadline, delivery.receipt) is None
    worker.settle(delivery, ACK)
    assert worker.names(worker.take()) == ["a"]


def test_event_for_a_waiting_record_that_somebody_holds_ends_that_claim(worker: Worker) -> None:
    worker.start("a")
    worker.commit(worker.next(worker.message(worker.one()), Status.WAITING, worker.clock.now() + 10))
    worker.clock.advance(10)
    held = worker.one()
    worker.mark(AppendEvent("a", 1, InboxEvent("e", "paid"), worker.clock.now()))
    worker.settle(held, ACK)
    assert worker.names(worker.take()) == ["a"]


def test_holder_of_a_waiting_record_puts_it_to_sleep_until_its_deadline(worker: Worker) -> None:
    worker.start("a")
    deadline = worker.clock.now() + 100
    worker.mark(AppendEvent("a", 0, InboxEvent("e", "unknown here"), worker.clock.now()))
    worker.commit(worker.next(worker.message(worker.one()), Status.WAITING, deadline))
    held = worker.one()
    assert worker.send(worker.message(held), deadline, held.receipt) is None
    worker.settle(held, ACK)
    worker.clock.advance(99)
    assert worker.take() == []
    worker.clock.advance(1)
    assert worker.names(worker.take()) == ["a"]


def test_paused_record_is_not_delivered(worker: Worker) -> None:
    worker.start("a", "b")
    worker.mark(Pause("a", "", worker.clock.now()))
    assert worker.names(worker.take()) == ["b"]
    worker.mark(Resume("a", "", worker.clock.now()))
    assert worker.names(worker.take()) == ["a"]


@pytest.mark.parametrize("kind", [Fail, Abort])
def test_record_that_came_to_rest_is_not_delivered(worker: Worker, kind: type[Fail | Abort]) -> None:
    worker.start("a")
    held = worker.one()
    now = worker.clock.now()
    worker.mark(Fail("a", 0, "broken", now) if kind is Fail else Abort("a", "stop", now))
    worker.settle(held, NACK)
    worker.clock.advance(10 * HOLD)
    assert worker.take() == []


def test_touch_delivers_again_and_lets_the_next_holder_be_careful(worker: Worker) -> None:
    worker.start("a")
    lost = worker.one(hold=10_000)
    now = worker.clock.now()
    worker.mark(Touch("a", 0, now, now))
    again = worker.one()
    assert (again.maybe_died, again.position) == (True, lost.position)


def test_resume_waits_for_the_time_of_a_retry(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    later = worker.clock.now() + 50
    worker.send(worker.message(delivery)._replace(retries=1), later, delivery.receipt)
    worker.mark(Pause("a", "", worker.clock.now()))
    worker.mark(Resume("a", "", worker.clock.now()))
    assert worker.take() == []
    worker.clock.advance(50)
    assert worker.names(worker.take()) == ["a"]
