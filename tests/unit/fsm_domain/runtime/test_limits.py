"""Each limit at its bound, to the second."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from fsm_adapters.memory import MemoryContainerRunner, MemoryEnvironmentStore
from fsm_adapters.system.clock import VirtualClock
from fsm_domain import Step
from fsm_domain.failover.post import Parcel, Post
from fsm_domain.machine.container import Work
from fsm_domain.runtime.containers import Containers
from fsm_domain.runtime.limits import Limits
from fsm_ports.instance import Instance
from fsm_ports.messages import ACK, NACK, Defer, Delivery, Outcome, Outgoing
from fsm_ports.names import CONTAINER_ENVIRONMENT_VARIABLE
from fsm_ports.results import Busy, Lease
from tests.unit.fsm_domain.failover.roads import RecordedRoad, instance
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


def begun(limits: Limits | None = None, *, lock: bool = False) -> tuple[World, Delivery]:
    """A machine that has begun, and the delivery of its first message."""
    world = World(line(says("next"), says("next"), says("next")), limits=limits, lock=lock)
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    return world, delivery


def handled(world: World, delivery: Delivery, seconds: float = 30.0, **message: object) -> Outcome:
    """With so many seconds left."""
    assert isinstance(delivery.message, Instance)
    changed = delivery._replace(message=delivery.message._replace(**message))  # type: ignore[arg-type]  # its fields
    (outcome,) = world.dispatcher.handle([changed], world.clock.now() + seconds)
    return outcome


@pytest.mark.parametrize(("left", "step"), [(1.0, 1), (0.9, 0)])
def test_no_action_starts_with_less_than_its_reserve(left: float, step: int) -> None:
    world, delivery = begun()
    assert handled(world, delivery, left) is (ACK if step else NACK)
    assert world.read("a").step == step


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_chain_is_as_long_as_its_limit(limit: int) -> None:
    world, delivery = begun(Limits(chain=limit))
    handled(world, delivery)
    assert world.read("a").step == limit


@pytest.mark.parametrize(("took", "step"), [(29.0, 2), (29.1, 1)])
def test_a_chain_goes_on_while_its_reserve_is_left(took: float, step: int) -> None:
    def slow(context: Context, step: Step) -> str:
        world.clock.advance(took)
        return "next"

    world = World(line(slow, says("next"), says("next")), limits=Limits(chain=2))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    handled(world, delivery)
    assert world.read("a").step == step


def test_by_default_there_is_no_chain() -> None:
    world, delivery = begun()
    handled(world, delivery)
    assert world.read("a").step == 1


@pytest.mark.parametrize(("early", "step"), [(1.0, 1), (1.1, 0)])
def test_a_message_may_come_a_second_before_its_time(early: float, step: int) -> None:
    world, delivery = begun()
    handled(world, delivery, not_before=world.clock.now() + early)
    assert world.read("a").step == step


@pytest.mark.parametrize(
    ("received", "wait", "defers"), [(3, 60.0, True), (4, 60.0, False), (3, 60.5, False), (1, 2.0, True)]
)
def test_a_short_wait_stays_in_its_source_for_the_first_deliveries(received: int, wait: float, defers: bool) -> None:
    world, delivery = begun()
    road, due = RecordedRoad(900.0), world.clock.now() + wait
    world.with_runtime(post=Post(world.clock, [road], [road]))
    assert handled(world, delivery._replace(received=received), not_before=due) == (Defer(due) if defers else ACK)
    assert len(road.carried) == (0 if defers else 1)


def test_a_source_that_cannot_defer_is_not_asked_to() -> None:
    world, delivery = begun()
    road = RecordedRoad(900.0)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    assert handled(world, delivery._replace(can_defer=False), not_before=world.clock.now() + 5.0) is ACK


@pytest.mark.parametrize(("age", "quarantined"), [(59.0, False), (60.0, True)])
def test_a_message_of_a_definition_that_is_being_rolled_out_waits_a_minute(age: float, quarantined: bool) -> None:
    world, delivery = begun()
    world.with_runtime(machines={})
    world.clock.advance(age)
    outcome = handled(world, delivery)
    assert outcome == (ACK if quarantined else Defer(world.clock.now() + 6.0))


@pytest.mark.parametrize(("age", "calls"), [(3600.0, 0), (3601.0, 1)])
def test_a_message_of_an_hour_is_compared_with_its_record_first(age: float, calls: int) -> None:
    world, delivery = begun()
    world.clock.advance(age)
    reads = counting_reads(world)
    handled(world, delivery)
    assert reads() == calls


def counting_reads(world: World) -> Callable[[], int]:
    read, counted = world.store.read, list[object]()

    def counts(*args: object) -> object:
        counted.append(args)
        return read(*args)  # type: ignore[arg-type]  # as it was asked

    world.store.read = counts  # type: ignore[method-assign, assignment]  # a spy
    return lambda: len(counted)


def test_a_lease_lives_a_second_longer_than_its_invocation() -> None:
    world, delivery = begun(lock=True)
    lock, now = world.runtime.lock, world.clock.now()
    assert lock is not None
    handled(world, delivery, 30.0)
    assert lock.acquire(["a:0"], "other", now + 99.0) == [Busy(now + 31.0)]


def test_what_a_batch_held_is_renewed_no_more_once_it_is_over() -> None:
    world, delivery = begun(lock=True)
    lock, now = world.runtime.lock, world.clock.now()
    assert lock is not None
    handled(world, delivery, 30.0)
    world.dispatcher.renew(now + 500.0)
    assert lock.acquire(["a:0"], "other", now + 99.0) == [Busy(now + 31.0)]


def test_without_a_lock_there_is_nothing_to_renew() -> None:
    world, _ = begun()
    world.dispatcher.renew(world.clock.now() + 500.0)


def test_a_renewal_lasts_as_long_as_a_lease() -> None:
    def renews(context: object, step: Step) -> str:
        world.dispatcher.renew(world.clock.now() + 100.0)
        return "next"

    world = World(line(renews), lock=True)
    world.client.start("line", {}, correlation_id="a")
    world.work()
    assert world.runtime.lock is not None
    now = world.clock.now()
    assert world.runtime.lock.acquire(["a:0"], "other", now + 99.0) == [Busy(now + 101.0)]
    assert isinstance(world.runtime.lock.acquire(["a:0"], "other", now)[0], Busy)


def test_a_run_that_fails_frees_its_step_and_no_other() -> None:
    world = World(line(says("next"), says("nonsense")), lock=True)
    lock = world.runtime.lock
    assert lock is not None
    world.client.start("line", {}, correlation_id="a")
    world.work()
    world.work()
    held, freed = lock.acquire(["a:0", "a:1"], "other", world.clock.now() + 9.0)
    assert (type(held), type(freed)) == (Busy, Lease)


@pytest.mark.parametrize(("spare", "is_thin"), [(0, False), (-1, True)])
def test_a_message_is_thin_where_it_leaves_less_than_its_envelope(spare: int, is_thin: bool) -> None:
    road = RecordedRoad(max_bytes=4096 + 1000 + len('"yyyyyyyyyy"') + spare)
    message = instance("x" * 1000)._replace(data="y" * 10)
    Post(VirtualClock(), [road]).send([Parcel(Outgoing(message))])
    assert road.carried[0].message == (message._replace(context=None) if is_thin else message)


@pytest.mark.parametrize(("spare", "is_stored"), [(0, False), (1, True)])
def test_an_environment_of_some_size_is_stored_for_a_week(spare: int, is_stored: bool) -> None:
    clock, runner = VirtualClock(), MemoryContainerRunner()
    environments = MemoryEnvironmentStore(clock)
    start = Containers(clock, runner, environments, {})
    start(Step("film", "a"), Work("image", ("run",), {"FILM": ""}))
    pairs = [{"name": name, "value": value} for name, value in runner.tasks[0].environment.items()]
    around = len(json.dumps({"command": ["run"], "environment": pairs}))
    start(Step("film", "b"), Work("image", ("run",), {"FILM": "x" * (7_680 - around + spare)}))
    environment = runner.tasks[1].environment
    assert (CONTAINER_ENVIRONMENT_VARIABLE in environment) is is_stored
    if is_stored:
        key = environment[CONTAINER_ENVIRONMENT_VARIABLE]
        clock.advance(7 * 86_400.0 - 0.5)
        assert environments.get(key) is not None
        clock.advance(1.0)
        assert environments.get(key) is None
