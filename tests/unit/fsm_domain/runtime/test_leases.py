"""Which leases are taken, renewed and given back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from fsm_adapters.memory import MemoryLockCache
from fsm_domain import Step
from fsm_domain.failover.post import Post
from fsm_ports.errors import PortUnavailable
from fsm_ports.instance import Instance, as_message
from fsm_ports.messages import ACK, NACK, Defer, Delivery
from fsm_ports.results import Lease, LeaseResult
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_limits import counting_reads
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


class Recorded(MemoryLockCache):
    """Notes who asked for what."""

    taken: list[Sequence[str]]
    freed: list[Collection[str]]

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        self.taken.append(list(keys))
        return super().acquire(keys, owner, until)

    def release(self, keys: Collection[str], owner: str) -> None:
        self.freed.append(list(keys))
        super().release(keys, owner)


def recorded(world: World) -> Recorded:
    lock = Recorded(world.clock)
    lock.taken, lock.freed = [], []
    world.with_runtime(lock=lock)
    return lock


def deliveries(world: World, *names: str) -> list[Delivery]:
    for name in names:
        world.client.start("line", {}, correlation_id=name)
    return list(world.receive())


def test_what_commits_keeps_its_lease() -> None:
    world = World(line(says("next"), says("next")))
    lock = recorded(world)
    batch = deliveries(world, "a", "b")
    assert list(world.dispatcher.handle(batch, world.clock.now() + 30.0)) == [ACK, ACK]
    assert (lock.taken, lock.freed) == ([["a:0", "b:0"]], [])


def test_what_fails_gives_its_lease_back_once_and_alone() -> None:
    world = World(line(says("nonsense")))
    lock = recorded(world)
    batch = deliveries(world, "a", "b")
    lock.acquire(["a:0"], "somebody", world.clock.now() + 20.0)
    outcomes = world.dispatcher.handle(batch, world.clock.now() + 30.0)
    assert list(outcomes) == [Defer(world.clock.now() + 20.0), ACK]
    assert lock.freed == [["b:0"]]


def test_what_was_committed_and_could_not_be_sent_gives_its_lease_back() -> None:
    world = World(line(says("next"), says("next")))
    lock = recorded(world)
    batch = deliveries(world, "a")
    world.with_runtime(post=Post(world.clock, [RecordedRoad(error=PortUnavailable("down"))]))
    assert list(world.dispatcher.handle(batch, world.clock.now() + 30.0)) == [NACK]
    assert lock.freed == [["a:0"]]
    assert isinstance(lock.acquire(["a:0"], "somebody", world.clock.now() + 9.0)[0], Lease)


def test_what_is_given_back_unrun_gives_its_lease_back_once() -> None:
    world = World(line(says("next")))
    lock = recorded(world)
    batch = deliveries(world, "a")
    assert list(world.dispatcher.handle(batch, world.clock.now() + 0.5)) == [NACK]
    assert lock.freed == [["a:0"]]


def test_what_is_not_due_takes_no_lease_and_nothing_due_makes_no_call() -> None:
    world = World(line(says("next")))
    lock = recorded(world)
    (one,) = deliveries(world, "a")
    assert isinstance(one.message, Instance)
    early = one._replace(message=one.message._replace(not_before=world.clock.now() + 30.0))
    world.dispatcher.handle([early], world.clock.now() + 30.0)
    assert (lock.taken, lock.freed) == ([], [])


def test_a_suspect_that_meets_busy_is_put_off_and_not_looked_up() -> None:
    world = World(line(says("next")))
    lock, until = recorded(world), world.clock.now() + 20.0
    (one,) = deliveries(world, "a")
    lock.acquire(["a:0"], "somebody", until)
    reads = counting_reads(world)
    assert list(world.dispatcher.handle([one._replace(maybe_died=True)], until + 10.0)) == [Defer(until)]
    assert reads() == 0


def test_only_what_is_held_is_renewed() -> None:
    def long(context: Context, step: Step) -> str:
        world.dispatcher.renew(world.clock.now() + 30.0)
        return "next"

    world = World(line(long))
    lock = recorded(world)
    batch = deliveries(world, "a", "b")
    lock.acquire(["a:0"], "somebody", world.clock.now() + 20.0)
    world.dispatcher.handle(batch, world.clock.now() + 30.0)
    assert lock.taken[1:] == [["a:0", "b:0"], ["b:0"]]


@pytest.mark.parametrize("what", ["busy", "nacked"])
def test_a_timer_is_counted_without_an_event(what: str) -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    timer = as_message(world.read("a"))
    lock = recorded(world)
    if what == "busy":
        lock.acquire(["a:2"], "somebody", world.clock.now() + 20.0)
    else:
        road = RecordedRoad(900.0, error=PortUnavailable("down"))
        world.with_runtime(post=Post(world.clock, [], [road]))
    world.dispatcher.handle([Delivery(timer, None, "p-1", can_defer=True)], world.clock.now() + 30.0)
    (figure,) = [figure for figure in world.metrics.figures if figure.name == what]
    assert (figure.machine, figure.state, figure.event) == ("approval", "wait", "")
