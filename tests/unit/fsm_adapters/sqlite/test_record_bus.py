"""Records as messages: what is sent."""

from __future__ import annotations

from fsm_ports import ACK, NACK, PortRejected, Status
from fsm_ports.writes import Pause
from tests.unit.fsm_adapters.sqlite.worker import HOLD, Worker


def test_retry_is_the_record_at_a_later_time_and_no_suspect(worker: Worker) -> None:
    worker.start("a")
    worker.settle(worker.one(), NACK)
    worker.clock.advance(1)
    delivery = worker.one()
    later = worker.clock.now() + 20
    retry = worker.message(delivery)._replace(retries=1, error="ValueError: broken", position=delivery.position)
    assert worker.send(retry, later, delivery.receipt) is None
    worker.settle(delivery, ACK)
    worker.clock.advance(19)
    assert worker.take() == []
    worker.clock.advance(1)
    again = worker.one()
    assert (worker.message(again).retries, worker.message(again).not_before) == (1, later)
    assert (again.received, again.maybe_died) == (1, False)


def test_repeated_retry_after_a_lost_answer_frees_no_later_claim(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    retry = worker.message(delivery)._replace(retries=1)
    for _ in range(2):
        worker.send(retry, receipt=delivery.receipt)
    held = worker.one()
    assert worker.send(retry, receipt=delivery.receipt) is None
    assert worker.send(retry) is None
    assert worker.take() == []
    assert worker.message(held).retries == 1


def test_chain_sends_a_retry_of_a_later_step_under_its_claim(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    moved = worker.next(worker.message(delivery))
    worker.commit(moved, hold=HOLD)
    assert worker.send(moved._replace(retries=1), worker.clock.now() + 5, delivery.receipt) is None
    worker.settle(delivery, ACK)
    worker.clock.advance(5)
    assert worker.message(worker.one()).retries == 1


def test_message_put_off_comes_later_and_remains_a_suspect(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    put_off = worker.message(delivery)._replace(position=delivery.position)
    worker.send(put_off, worker.clock.now() + 30, delivery.receipt)
    worker.settle(delivery, ACK)
    worker.clock.advance(30)
    assert worker.one().maybe_died


def test_message_of_a_past_step_is_accepted_and_changes_nothing(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    old = worker.message(delivery)
    worker.commit(worker.next(old))
    assert worker.send(old._replace(retries=1), worker.clock.now() + 1000, delivery.receipt) is None
    assert worker.message(worker.one()).step == 1


def test_message_of_a_paused_record_is_accepted_and_changes_nothing(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    worker.mark(Pause("a", "", worker.clock.now()))
    assert worker.send(worker.message(delivery), 0.0, delivery.receipt) is None
    assert worker.take() == []


def test_message_that_went_elsewhere_and_came_back_is_delivered(worker: Worker) -> None:
    """Acknowledged here because another scheduler took it; that one's message, sent on, needs no claim."""
    worker.start("a")
    delivery = worker.one()
    worker.settle(delivery, ACK)
    assert worker.take() == []
    assert worker.send(worker.message(delivery)._replace(retries=2)) is None
    assert worker.message(worker.one()).retries == 2


def test_message_with_fewer_retries_than_the_record_does_not_hurry_it(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    old = worker.message(delivery)
    worker.send(old._replace(retries=2), worker.clock.now() + 30, delivery.receipt)
    assert worker.send(old) is None
    assert worker.take() == []


def test_what_is_no_message_is_rejected(worker: Worker) -> None:
    worker.start("a")
    found = worker.message(worker.one())
    assert isinstance(worker.send(found._replace(correlation_id="nobody")), PortRejected)
    assert isinstance(worker.send(found._replace(status=Status.COMPLETED)), PortRejected)


def test_nothing_is_handed_out_where_nothing_is_asked_for(worker: Worker) -> None:
    worker.start("a")
    assert worker.take(0) == []
    assert worker.names(worker.take()) == ["a"]
