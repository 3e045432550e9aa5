"""Records as messages: claims and their tokens, holds, suspects, and what is sent."""

from __future__ import annotations

import pytest

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import (
    ACK,
    NACK,
    Commit,
    Committed,
    Defer,
    Delivery,
    InboxEvent,
    Instance,
    Outcome,
    Outgoing,
    PortError,
    PortRejected,
    Sent,
    Status,
)
from fsm_ports.history_log import Happened
from fsm_ports.writes import Abort, AppendEvent, Fail, Mark, Pause, Resume, Touch

HOLD = 60.0


class Worker:
    """Receives, commits, sends and settles, as a dispatcher does."""

    def __init__(self, store: SqliteCheckpointStore, bus: SqliteRecordBus, clock: VirtualClock) -> None:
        self.store, self.bus, self.clock = store, bus, clock

    def start(self, *names: str) -> None:
        for name in names:
            first = samples.record(name, self.clock.now())
            self.commit(first)

    def commit(self, after: Instance, *, hold: float = 0.0, expected: Status = Status.RUNNING) -> None:
        (result,) = self.store.commit([Commit(after, expected, hold and self.clock.now() + hold)])
        assert isinstance(result, Committed)

    def next(self, found: Instance, status: Status = Status.RUNNING, deadline: float = 0.0) -> Instance:
        after = samples.record(found.correlation_id, self.clock.now(), found.step + 1, status)
        return after._replace(deadline=deadline)

    def mark(self, mark: Mark) -> None:
        (result,) = self.store.mark([mark])
        assert isinstance(result, Committed)

    def take(self, limit: int = 100, hold: float = HOLD) -> list[Delivery]:
        got = self.bus.receive(limit, self.clock.now() + hold)
        assert not isinstance(got, PortError)
        return list(got)

    def one(self, hold: float = HOLD) -> Delivery:
        (delivery,) = self.take(1, hold)
        return delivery

    def message(self, delivery: Delivery) -> Instance:
        assert isinstance(delivery.message, Instance)
        return delivery.message

    def send(self, message: Instance, not_before: float = 0.0, receipt: object = None) -> Sent:
        message = message._replace(not_before=not_before)
        (result,) = self.bus.send([Outgoing(message, not_before, receipt)])
        return result

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        assert list(self.bus.settle([delivery], [outcome])) == [None]

    def names(self, deliveries: list[Delivery]) -> list[str]:
        return sorted(self.message(delivery).correlation_id for delivery in deliveries)

    def zombie_of(self, name: str) -> tuple[Delivery, Delivery]:
        """A delivery that outlived its claim, and that of the new holder."""
        self.start(name)
        zombie = self.one(hold=10)
        self.clock.advance(10)
        return zombie, self.one()


@pytest.fixture
def worker(store: SqliteCheckpointStore, bus: SqliteRecordBus, clock: VirtualClock) -> Worker:
    return Worker(store, bus, clock)


# -- claims ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [ACK, NACK, Defer(0.0)], ids=["ack", "nack", "defer"])
def test_zombie_settles_nothing(worker: Worker, outcome: Outcome) -> None:
    zombie, _ = worker.zombie_of("a")
    worker.settle(zombie, outcome)
    worker.clock.advance(HOLD - 1)
    assert worker.take() == []
    worker.clock.advance(1)
    assert worker.names(worker.take()) == ["a"]


def test_zombie_sends_nothing(worker: Worker) -> None:
    zombie, held = worker.zombie_of("a")
    retry = worker.message(zombie)._replace(retries=1)
    assert worker.send(retry, receipt=zombie.receipt) is None
    assert worker.take() == []
    worker.settle(held, NACK)
    worker.clock.advance(1)
    assert worker.message(worker.one()).retries == 0


def test_zombie_extends_nothing(worker: Worker) -> None:
    zombie, held = worker.zombie_of("a")
    results = worker.bus.extend([zombie, held], worker.clock.now() + 2 * HOLD)
    assert [type(result) for result in results] == [PortRejected, type(None)]


def test_late_outcome_changes_nothing_once_the_record_has_moved_on(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    worker.commit(worker.next(worker.message(delivery)))
    worker.settle(delivery, Defer(worker.clock.now() + 1000))
    assert worker.message(worker.one()).step == 1


def test_outcome_of_a_step_does_not_settle_the_next_one_under_the_same_claim(worker: Worker) -> None:
    """A chain that moved on and then failed to commit: the record comes back when its hold ends."""
    worker.start("a")
    delivery = worker.one()
    worker.commit(worker.next(worker.message(delivery)), hold=HOLD)
    worker.settle(delivery, ACK)
    worker.clock.advance(HOLD)
    again = worker.one()
    assert (worker.message(again).step, again.maybe_died) == (1, True)


def test_chain_keeps_and_extends_its_claim(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    moved = worker.next(worker.message(delivery))
    worker.commit(moved, hold=HOLD)
    assert list(worker.bus.extend([delivery], worker.clock.now() + 3 * HOLD)) == [None]
    worker.clock.advance(2 * HOLD)
    assert worker.take() == []
    worker.commit(worker.next(moved))
    fresh = worker.one()
    assert (worker.message(fresh).step, fresh.received, fresh.maybe_died) == (2, 1, False)
    assert [type(r) for r in worker.bus.extend([delivery], worker.clock.now() + HOLD)] == [PortRejected]


def test_claims_end_by_a_commit_of_somebody_else_too(worker: Worker) -> None:
    zombie, held = worker.zombie_of("a")
    worker.commit(worker.next(worker.message(zombie)))
    other = worker.one()
    worker.settle(held, ACK)
    worker.settle(zombie, ACK)
    worker.settle(other, NACK)
    worker.clock.advance(1)
    assert worker.message(worker.one()).step == 1


def test_position_names_the_step(worker: Worker) -> None:
    worker.start("a")
    delivery = worker.one()
    worker.commit(worker.next(worker.message(delivery))._replace(position=delivery.position))
    following = worker.one()
    assert (delivery.position, following.position) == ("sqlite:a:0", "sqlite:a:1")
    assert worker.message(following).position == ""


# -- suspects ----------------------------------------------------------------------------------------------------------


def test_suspects_come_alone_and_neither_they_nor_the_rest_wait_for_the_others(worker: Worker) -> None:
    worker.start("s-1", "s-2", "s-3")
    assert len(worker.take(hold=10)) == 3
    worker.clock.advance(10)
    turns: list[list[str]] = []
    for number in range(6):
        worker.start(f"c-{number}", f"d-{number}")
        turns.append(worker.names(worker.take()))
    suspects = [turn for turn in turns if turn[0].startswith("s")]
    assert sorted(suspects) == [["s-1"], ["s-2"], ["s-3"]]
    assert sorted(name for turn in turns if turn not in suspects for name in turn) == sorted(
        f"{letter}-{n}" for letter in "cd" for n in range(5 if turns[-1] in suspects else 6)
    )


def test_what_is_not_handed_out_keeps_its_place_and_its_count(worker: Worker) -> None:
    worker.start("s")
    worker.take(hold=10)
    worker.clock.advance(10)
    worker.start("c")
    first, second = worker.take(), worker.take()
    assert {d.received: worker.names([d]) for d in first + second} == {2: ["s"], 1: ["c"]}


def test_suspect_that_is_refused_again_and_again_does_not_keep_the_next_one_waiting(worker: Worker) -> None:
    worker.start("a", "b")
    worker.take(hold=10)
    worker.clock.advance(10)
    seen: list[str] = []
    for _ in range(4):
        (delivery,) = worker.take()
        seen += worker.names([delivery])
        worker.settle(delivery, NACK)
        worker.clock.advance(2)
    assert seen in (["a", "b", "a", "b"], ["b", "a", "b", "a"])


def test_deferral_costs_a_receive(worker: Worker) -> None:
    worker.start("a")
    worker.settle(worker.one(), Defer(worker.clock.now() + 5))
    worker.clock.advance(5)
    assert worker.one().received == 2


# -- what is delivered, and when ---------------------------------------------------------------------------------------


def test_held_record_comes_when_its_hold_ends(worker: Worker) -> None:
    worker.start("a")
    worker.commit(worker.next(worker.message(worker.one())), hold=30)
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


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_retry_is_the_record_at_a_later_time_and_no_suspect(worker: Worker, history: SqliteHistoryLog) -> None:
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
    entries = history.read("a")
    assert not isinstance(entries, PortError)
    assert [(e.happened, e.step, e.retries, e.note) for e in entries] == [
        (Happened.STARTED, 0, 0, None),
        (Happened.RETRY, 0, 1, "ValueError: broken"),
    ]


def test_repeated_retry_after_a_lost_answer_frees_no_later_claim(worker: Worker, history: SqliteHistoryLog) -> None:
    worker.start("a")
    delivery = worker.one()
    retry = worker.message(delivery)._replace(retries=1)
    for _ in range(2):
        worker.send(retry, receipt=delivery.receipt)
    held = worker.one()
    assert worker.send(retry, receipt=delivery.receipt) is None
    assert worker.send(retry) is None
    assert worker.take() == []
    entries = history.read("a")
    assert not isinstance(entries, PortError)
    assert [e.happened for e in entries] == [Happened.STARTED, Happened.RETRY]
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
