"""What the protocol writes and sends, field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.failover.post import Post
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.replayer import Replayer
from fsm_ports.history_log import Happened
from fsm_ports.instance import Attempt, Instance, Status
from fsm_ports.messages import ACK, Delivery, Outgoing
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line, says

HOUR = timedelta(hours=1)


def raises(context: Context, step: Step) -> str:
    raise ValueError("as told")


def handled(world: World, message: Instance, road: RecordedRoad, **more: object) -> object:
    """One delivery, with this road for whatever it sends."""
    world.with_runtime(post=Post(world.clock, [road], [road]))
    delivery = Delivery(message, "receipt", "p-1")._replace(**more)  # type: ignore[arg-type]  # a delivery's fields
    (outcome,) = world.dispatcher.handle([delivery], world.clock.now() + 30.0)
    return outcome


def started(world: World, name: str = "line") -> Instance:
    """The message by which it begins, taken from its queue; and five seconds go by."""
    world.client.start(name, {"n": 1}, correlation_id="a")
    (delivery,) = world.receive()
    world.queue.settle([delivery], [ACK])
    world.clock.advance(5.0)
    assert isinstance(delivery.message, Instance)
    return delivery.message


def test_the_first_record() -> None:
    machine = line(says("next"))
    world = World(machine)
    record = world.client.start("line", {"n": 1}, correlation_id="a")
    now = world.clock.now()
    assert record == world.read("a")
    assert record == Instance(
        "line", "a", machine.fingerprint, 0, Status.RUNNING, False, "pseudo_init", "pseudo_init", '{"n":1}',
        run_id=record.run_id, started_at=now, updated_at=now,
    )  # fmt: skip
    assert record.run_id


def test_the_record_after_a_step_and_its_message() -> None:
    machine, road = line(says("next"), says("next")), RecordedRoad(900.0)
    world = World(machine)
    first = started(world)
    assert handled(world, first._replace(data='"old"', retries=2, error="old"), road) is ACK
    record, now = world.read("a"), world.clock.now()
    assert record == Instance(
        "line", "a", machine.fingerprint, 1, Status.RUNNING, False, "s0", "next", '{"n":1,"trail":[0]}', work=1,
        run_id=record.run_id, position="p-1", started_at=now - 5.0, updated_at=now,
    )  # fmt: skip
    assert record.run_id not in ("", first.run_id)
    assert road.carried == [Outgoing(record._replace(position=""), 0.0, "receipt")]


def test_the_message_of_a_retry() -> None:
    world, road = World(line(raises, retry=RetryPolicy(max_retries=3, base=8.0, cap=8.0))), RecordedRoad(900.0)
    first, now = started(world), world.clock.now()
    assert handled(world, first._replace(retries=1), road) is ACK
    (sent,) = road.carried
    later = sent.not_before
    assert now < later < now + 8.0
    again = first._replace(retries=2, position="p-1", not_before=later, error="ValueError: as told")
    assert sent == Outgoing(again, later, "receipt")
    (entry,) = [entry for entry in world.told("a") if entry.happened is Happened.RETRY]
    assert (entry.step, entry.at, entry.retries, entry.note) == (0, now, 2, "ValueError: as told")


def test_a_retry_stands_for_the_position_that_its_message_bore() -> None:
    world, road = World(line(raises)), RecordedRoad(900.0)
    assert handled(world, started(world)._replace(position="p-0"), road) is ACK
    (sent,) = road.carried
    assert isinstance(sent.message, Instance)
    assert sent.message.position == "p-0"


def test_the_record_after_the_last_failure_and_its_message() -> None:
    def charge(context: Context, step: Step) -> Literal["paid", "declined"]:
        raise TimeoutError("bank")

    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context](
        "shop", dict, initial="charge", retry=RetryPolicy(max_retries=0),
        states=[state("charge").on("paid", "ok").on("declined", "off", delay=HOUR)
                .do(charge, on_exhausted="declined"), final("ok"), final("off")],
    )  # fmt: skip
    world, road = World(machine), RecordedRoad(9000.0)
    first = started(world, "shop")
    assert handled(world, first._replace(data='"old"'), road) is ACK
    record, now = world.read("a"), world.clock.now()
    assert record == Instance(
        "shop", "a", machine.fingerprint, 1, Status.RUNNING, False, "charge", "declined", '{"n":1}', work=1,
        run_id=record.run_id, position="p-1", not_before=now + 3600.0, started_at=first.started_at, updated_at=now,
        error="TimeoutError: bank",
    )  # fmt: skip
    assert record.run_id not in ("", first.run_id)
    due = record.not_before
    assert road.carried == [Outgoing(record._replace(position="", error=None), due, "receipt")]


def test_a_waiting_record_and_its_timer() -> None:
    machine, road = approval(), RecordedRoad(1e9)
    world = World(machine)
    first = started(world, "approval")
    handled(world, first, RecordedRoad(1e9))
    assert handled(world, world.read("a"), road, position="p-2") is ACK
    record, now = world.read("a"), world.clock.now()
    due = now + timedelta(days=3).total_seconds()
    assert record == Instance(
        "approval", "a", machine.fingerprint, 2, Status.WAITING, False, "wait", None, '{"n":1,"trail":[0]}', work=2,
        run_id=record.run_id, position="p-1", deadline=due, started_at=now - 5.0, updated_at=now,
    )  # fmt: skip
    assert road.carried == [Outgoing(record._replace(position="", not_before=due), due, "receipt")]


@pytest.mark.parametrize("by", ["operator", "worker"])
def test_the_record_after_an_event(by: str) -> None:
    machine = approval()
    world = World(machine)
    first = started(world, "approval")
    if by == "worker":
        world.operator.send("a", "yes", '"ada"', "e1")
    handled(world, first, RecordedRoad(1e9))
    handled(world, world.read("a"), RecordedRoad(1e9), position="p-2")
    if by == "operator":
        world.clock.advance(7.0)
        assert world.operator.send("a", "yes", '"ada"', "e1") == "taken"
    record, now = world.read("a"), world.clock.now()
    assert record == Instance(
        "approval", "a", machine.fingerprint, 3, Status.RUNNING, False, "wait", "yes", '{"n":1,"trail":[0]}',
        data='"ada"', work=3, run_id=record.run_id, position="event:e1" if by == "operator" else "p-1",
        seen=("e1",), started_at=first.started_at, updated_at=now,
    )  # fmt: skip
    assert record.run_id


def test_the_record_after_a_deadline() -> None:
    machine, road = approval(), RecordedRoad(1e9)
    world = World(machine)
    first = started(world, "approval")
    handled(world, first, RecordedRoad(1e9))
    handled(world, world.read("a"), road, position="p-2")
    timer = road.carried[0].message
    assert isinstance(timer, Instance)
    world.clock.advance(timedelta(days=3).total_seconds() - 1.0)  # as early as clocks may differ
    assert handled(world, timer, RecordedRoad(1e9), position="p-3") is ACK
    record, now = world.read("a"), world.clock.now()
    assert record == Instance(
        "approval", "a", machine.fingerprint, 3, Status.RUNNING, False, "wait", "@deadline", '{"n":1,"trail":[0]}',
        work=3, run_id=record.run_id, position="p-3", started_at=first.started_at, updated_at=now,
    )  # fmt: skip


def test_a_timer_that_comes_too_early_waits_on() -> None:
    world, road = World(approval()), RecordedRoad(1e9)
    first = started(world, "approval")
    handled(world, first, RecordedRoad(1e9))
    handled(world, world.read("a"), road, position="p-2")
    timer = road.carried[0].message
    assert isinstance(timer, Instance)
    world.clock.advance(timedelta(days=3).total_seconds() - 1.5)
    assert handled(world, timer._replace(not_before=0.0), road, position="p-3") is ACK
    assert road.carried[1].message == timer
    assert world.read("a").status is Status.WAITING


def test_the_record_after_a_redrive_and_its_message() -> None:
    world = World(line(says("next"), raises, retry=RetryPolicy(max_retries=0)))
    first, road = started(world), RecordedRoad(900.0)
    handled(world, first, road)
    handled(world, world.read("a"), road, position="p-2")
    failed = world.read("a")
    assert (failed.status, failed.step, failed.error) == (Status.FAILED, 1, "ValueError: as told")
    world.clock.advance(7.0)
    road.carried.clear()
    record = world.operator.redrive("a")
    assert record == world.read("a")
    assert record == failed._replace(
        step=2, status=Status.RUNNING, run_id=record.run_id, position=f"redrive:{record.run_id}",
        updated_at=world.clock.now(), error=None,
    )  # fmt: skip
    assert record.run_id not in ("", failed.run_id)
    assert road.carried == [Outgoing(record._replace(position=""))]
    world.operator.redrive("a")
    assert road.carried[1:] == road.carried[:1]


def test_the_record_of_a_replay_and_its_message() -> None:
    machine = line(says("next"), says("next"))
    world = World(machine)
    world.client.start("line", {}, correlation_id="a")
    world.run(5.0)
    road = RecordedRoad()
    world.with_runtime(post=Post(world.clock, [road]))
    record, now = Replayer(world.runtime).replay("a", 1, new_id="b"), world.clock.now()
    assert record == world.read("b")
    assert record == Instance(
        "line", "b", machine.fingerprint, 0, Status.RUNNING, False, "s0", "next", '{"trail":[0]}',
        run_id=record.run_id, started_at=now, updated_at=now,
    )  # fmt: skip
    assert record.run_id
    assert road.carried == [Outgoing(record)]


def test_a_message_that_comes_long_before_its_time_goes_on_as_it_is() -> None:
    world, road = World(line(says("next"))), RecordedRoad(900.0)
    first = started(world)
    due = world.clock.now() + 500.0
    early = first._replace(not_before=due, retries=1)
    assert handled(world, early, road, can_defer=True) is ACK
    assert road.carried == [Outgoing(early._replace(position="p-1"), due, "receipt")]


def test_the_last_link_of_a_chain_that_has_no_time_left_is_sent_on() -> None:
    def slow(context: Context, step: Step) -> str:
        world.clock.advance(29.5)
        return "next"

    world, road = World(line(slow, says("next")), limits=Limits(chain=3)), RecordedRoad()
    first = started(world)
    assert handled(world, first, road) is ACK
    record = world.read("a")
    assert record.step == 1
    assert road.carried == [Outgoing(record._replace(position=""), 0.0, "receipt")]


def test_a_run_after_a_death_enters_itself_and_leaves_when_it_ends_without_a_commit() -> None:
    seen: list[tuple[Attempt, ...]] = []

    def looks(context: Context, step: Step) -> str:
        seen.append(world.read("a").attempts)
        raise ValueError

    world, road = World(line(looks)), RecordedRoad(900.0)
    first = started(world)
    assert handled(world, first, road, maybe_died=True) is ACK
    ((attempt,),) = seen
    assert attempt == Attempt(attempt.run_id, world.clock.now() + 30.0)
    assert attempt.run_id
    assert world.read("a").attempts == ()


def test_what_an_action_is_told_of_its_delivery() -> None:
    told: list[Step] = []

    def tells(context: Context, step: Step) -> str:
        told.append(step)
        return "next"

    world = World(line(tells), lock=True)
    first = started(world)
    handled(world, first._replace(data='{"x": 1}', retries=3), RecordedRoad(), record={"Body": "..."}, invocation="ctx")
    (step,) = told
    assert (step.machine, step.correlation_id, step.number, step.retries, step.work) == ("line", "a", 0, 3, 0)
    assert (step.record, step.lambda_context, step.deadline) == ({"Body": "..."}, "ctx", world.clock.now() + 30.0)
    assert (step.data, step.fencing_token) == ({"x": 1}, 1)


def test_an_instance_that_lives_in_the_second_home_stays_there_whatever_happens_to_it() -> None:
    """Every write and every message names the home: one that did not would look for the record in the first."""

    def moody(context: Context, step: Step) -> Literal["done"]:
        if step.retries == 0 and step.number in (0, step.work):
            raise ValueError(f"in step {step.number}")
        return "done"

    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context](
        "m", dict, initial="ask", retry=RetryPolicy(max_retries=0, base=1.0),
        states=[state("ask", retry=RetryPolicy(base=1.0)).on("done", "wait").do(moody),
                state("wait").on("go", "end").after(HOUR, "last"),
                state("last").on("done", "end").do(moody), final("end")],
    )  # fmt: skip
    first, second = MemoryCheckpointStore(), MemoryCheckpointStore()
    world = World(machine)
    world.with_runtime(store=HomedCheckpointStore(first, second), homes=("", "2"))
    assert world.client.start("m", {}, correlation_id="a@2").home == "2"
    world.operator.pause("a@2")
    world.operator.resume("a@2")
    world.operator.restore("a@2")
    for delivery in world.receive():
        world.dispatcher.handle([delivery._replace(maybe_died=True)], world.clock.now() + 30.0)
    world.run(100.0)
    assert world.read("a@2").status is Status.WAITING
    world.operator.report("a@2", "unknown", None, "e0", 9)
    assert world.read("a@2").inbox != ()
    world.run(HOUR.total_seconds() + 60.0)
    assert (world.read("a@2").status, world.read("a@2").error) == (Status.FAILED, "ValueError: in step 3")
    world.operator.redrive("a@2")
    world.clock.advance(9999.0)
    assert world.recoverer.recover(1000.0) == 1
    world.run(60.0)
    assert world.read("a@2").status is Status.COMPLETED
    assert first.read(["a@2"]) == [None]
    world.client.start("m", {}, correlation_id="b@2")
    assert world.operator.send("b@2", "go") == "inbox"
    world.operator.abort("b@2")
    world.client.start("m", {}, correlation_id="c@2")
    world.with_runtime(machines={}, limits=replace(world.runtime.limits, rollout=0.0))
    world.run(60.0)
    assert (world.read("b@2").status, world.read("c@2").status) == (Status.ABORTED, Status.FAILED)
