"""Records as messages: claims, their tokens, and suspects."""

from __future__ import annotations

import itertools

import pytest

from fsm_adapters.sqlite.file import SqliteFile
from fsm_ports import ACK, NACK, Defer, Outcome, PortRejected
from tests.unit.fsm_adapters.sqlite.worker import HOLD, Worker


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


def test_settling_a_step_that_was_committed_away_does_not_even_ask_the_file(worker: Worker, file: SqliteFile) -> None:
    worker.start("a", "b")
    first, second = worker.take()
    worker.commit(worker.next(worker.message(first)))
    asked: list[str] = []
    file.connection().db.set_trace_callback(asked.append)
    worker.settle(first, ACK)
    assert asked == []
    worker.settle(second, ACK)
    assert asked != []
    assert file.held == {}


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


def test_suspects_come_alone_and_neither_they_nor_the_rest_wait_for_the_others(worker: Worker) -> None:
    worker.start("s-1", "s-2", "s-3")
    assert len(worker.take(hold=10)) == 3
    worker.clock.advance(10)
    turns: list[list[str]] = []
    for number in range(5):
        worker.start(f"c-{number}", f"d-{number}")
        turns.append(worker.names(worker.take()))
    turns.append(worker.names(worker.take()))
    suspects = [turn for turn in turns if turn and turn[0].startswith("s")]
    assert sorted(suspects) == [["s-1"], ["s-2"], ["s-3"]]
    assert all((before in suspects) is not (after in suspects) for before, after in itertools.pairwise(turns[:5]))
    rest = [name for turn in turns if turn not in suspects for name in turn]
    assert sorted(rest) == sorted(f"{letter}-{n}" for letter in "cd" for n in range(5))


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
