"""Recovery takes up what a caller who died left behind, once an age."""

from __future__ import annotations

from datetime import timedelta

from fsm_domain import FinalState, Machine, RetryPolicy, State
from fsm_domain.failover.post import Post
from fsm_domain.runtime.recoverer import smallest_age
from fsm_ports.errors import PortUnavailable
from fsm_ports.instance import Status
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
