"""Recovery takes up what a caller who died left behind, once an age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain import FinalState, Machine, RetryPolicy, State
from fsm_domain.failover.post import Post
from fsm_domain.runtime.recoverer import smallest_age
from fsm_ports.checkpoint_store import InstanceQuery, Page
from fsm_ports.errors import PortError, PortUnavailable
from fsm_ports.instance import Status
from fsm_ports.messages import ACK
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit, Mark, Touch
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line, says

AGE = 1000.0


def stranded() -> World:
    """Record 0 is there, its message is not, and the caller is gone."""
    world = World(line(says("next")))
    post = world.runtime.post
    world.with_runtime(post=Post(world.clock, [RecordedRoad(error=PortUnavailable("down"))]))
    try:
        world.client.start("line", {}, correlation_id="a")
    except PortUnavailable:
        world.with_runtime(post=post)
    return world


def test_a_record_that_has_not_moved_for_an_age_is_emitted_again() -> None:
    world = stranded()
    world.clock.advance(AGE)
    assert world.recoverer.recover(AGE) == 1
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_younger_record_is_left_alone() -> None:
    world = stranded()
    world.clock.advance(AGE - 1.0)
    assert world.recoverer.recover(AGE) == 0


def test_recovery_touches_a_machine_once_an_age() -> None:
    world = stranded()
    world.clock.advance(AGE)
    assert (world.recoverer.recover(AGE), world.recoverer.recover(AGE)) == (1, 0)


def test_a_lost_timer_is_fired() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.work()
    (delivery,) = world.receive()
    road = RecordedRoad(max_delay=900.0)
    post, _ = world.runtime.post, world.with_runtime(post=Post(world.clock, [road], [road]))
    world.queue.settle([delivery], world.dispatcher.handle([delivery], world.clock.now() + 30.0))
    world.with_runtime(post=post)
    world.clock.advance(timedelta(days=3).total_seconds() + AGE - 1.0)
    assert world.recoverer.recover(AGE) == 0
    world.clock.advance(1.0)
    assert world.recoverer.recover(AGE) == 1
    world.run(5.0)
    assert world.read("a").state == "expired"


def test_what_rests_is_left_alone() -> None:
    world = stranded()
    world.operator.pause("a")
    world.clock.advance(AGE)
    assert world.recoverer.recover(AGE) == 0


def test_the_smallest_age_covers_every_wait_and_run_of_the_longest_retry_chain() -> None:
    machine = line(says("next"), retry=RetryPolicy(max_retries=3, base=1.0, cap=3.0))
    assert smallest_age({"line": machine}, 30.0) == 30.0 + (1.0 + 2.0 + 3.0) + 4 * 30.0


def test_the_smallest_age_covers_an_action_that_may_take_longer_than_a_claim() -> None:
    """A worker extends its claim while an action runs; its time-out is where that ends."""
    state, final = State[str, Context], FinalState[str, Context]
    long = state("long").on("next", "end").do(says("next"), timeout=timedelta(minutes=10))
    machine = Machine[str, Context](
        "long", dict, initial="long", retry=RetryPolicy(max_retries=1, base=1.0), states=[long, final("end")]
    )
    assert smallest_age({"long": machine}, 30.0) == 3 * 600.0 + 1.0


def many(count: int) -> World:
    """So many machines without a message."""
    world = World(line(says("next")))
    for n in range(count):
        world.client.start("line", {}, correlation_id=f"m{n}")
    world.queue.settle((lost := world.receive(count)), [ACK] * len(lost))
    world.clock.advance(AGE)
    return world


def test_no_more_are_taken_in_hand_than_the_limit_says() -> None:
    world = many(5)
    assert [world.recoverer.recover(AGE, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(world.receive(9)) == 5


def test_every_page_is_looked_at() -> None:
    class Pages(MemoryCheckpointStore):
        def find(self, query: InstanceQuery) -> Page | PortError:
            return super().find(query._replace(limit=2))

    world = many(0).with_runtime(store=Pages())
    for n in range(5):
        world.client.start("line", {}, correlation_id=f"m{n}")
    world.clock.advance(AGE)
    assert world.recoverer.recover(AGE) == 5


def test_a_store_that_is_down_is_no_empty_one() -> None:
    class Down(MemoryCheckpointStore):
        def find(self, query: InstanceQuery) -> Page | PortError:
            return PortUnavailable("down")

    with pytest.raises(PortUnavailable):
        many(0).with_runtime(store=Down()).recoverer.recover(AGE)


def test_who_loses_the_touch_sends_nothing_and_counts_nothing() -> None:
    class Overlaps(MemoryCheckpointStore):
        """Another timer touches each record before."""

        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            super().mark([mark._replace(now=mark.now + 1.0) for mark in marks if isinstance(mark, Touch)])
            return super().mark(marks)

    world = many(0).with_runtime(store=Overlaps())
    world.client.start("line", {}, correlation_id="a")
    world.queue.settle((lost := world.receive()), [ACK] * len(lost))
    world.clock.advance(AGE)
    assert world.recoverer.recover(AGE) == 0
    assert world.receive() == []
    assert world.metrics.counted("recovered") == 0


def test_machines_that_this_process_does_not_know_are_left_to_others() -> None:
    world = many(1).with_runtime(machines={})
    assert world.recoverer.recover(AGE) == 0


def test_a_wait_for_ever_with_an_empty_inbox_is_left_alone_and_one_with_a_full_one_is_woken() -> None:
    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context]("m", dict, initial="wait", states=[state("wait").on("go", "end"), final("end")])
    world = World(machine)
    world.client.start("m", {}, correlation_id="a")
    world.run(5.0)
    world.clock.advance(AGE)
    assert world.recoverer.recover(AGE) == 0
    world.operator.report("a", "go", None, "e1", 1)
    world.queue.settle((lost := world.receive()), [ACK] * len(lost))
    assert world.recoverer.recover(AGE) == 1
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED


def test_the_smallest_age_counts_the_policy_of_each_state_and_is_one_claim_without_machines() -> None:
    state, final = State[str, Context], FinalState[str, Context]
    patient = RetryPolicy(max_retries=1, base=50.0)
    machine = Machine[str, Context](
        "m", dict, initial="a", retry=RetryPolicy(max_retries=0),
        states=[state("a").on("next", "b").do(says("next")),
                state("b", retry=patient).on("next", "end").do(says("next")), final("end")],
    )  # fmt: skip
    assert smallest_age({"m": machine}, 30.0) == 30.0 + 50.0 + 2 * 30.0
    assert smallest_age({}, 30.0) == 30.0


def test_the_store_is_asked_for_the_machines_of_this_process_that_may_be_stuck_and_touched_where_they_are() -> None:
    asked: list[InstanceQuery] = []
    touched: list[str] = []

    class Asked(MemoryCheckpointStore):
        def find(self, query: InstanceQuery) -> Page | PortError:
            asked.append(query)
            return super().find(query)

        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            touched.extend(mark.correlation_id for mark in marks if isinstance(mark, Touch))
            return super().mark(marks)

    world = many(0).with_runtime(store=Asked())
    for name in ("a", "paused"):
        world.client.start("line", {}, correlation_id=name)
    world.operator.pause("paused")
    world.clock.advance(AGE)
    assert world.recoverer.recover(AGE) == 1
    before = world.clock.now() - AGE
    assert asked == [
        InstanceQuery(machine="line", status=status, updated_before=before)
        for status in (Status.RUNNING, Status.WAITING)
    ]
    assert touched == ["a"]


def test_a_timer_that_is_fired_is_counted_without_an_event() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    world.clock.advance(timedelta(days=3).total_seconds() + AGE)
    assert world.recoverer.recover(AGE) == 1
    (figure,) = [figure for figure in world.metrics.figures if figure.name == "recovered"]
    assert (figure.machine, figure.state, figure.event) == ("approval", "wait", "")


def test_a_thousand_are_taken_in_hand_at_most_where_nothing_else_is_said() -> None:
    world = many(0)
    record = world.client.start("line", {}, correlation_id="a")
    world.store.commit([Commit(record._replace(correlation_id=f"m{n}")) for n in range(1000)])
    world.clock.advance(AGE)
    assert (world.recoverer.recover(AGE), world.recoverer.recover(AGE)) == (1000, 1)


def test_the_smallest_age_is_that_of_a_claim_however_short() -> None:
    machine = line(says("next"), retry=RetryPolicy(max_retries=0))
    assert smallest_age({"line": machine}, 0.25) == 0.25 + 0.25
