"""What only another definition can handle: looked at again, called for, and in the end given up, each at its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.stream import MemoryStream
from fsm_domain import FinalState, Machine, State
from fsm_domain.failover.post import Parcel, Post, Road
from fsm_domain.machine.fingerprint import context_of, writer_of
from fsm_domain.runtime.caller import not_kept
from fsm_domain.runtime.errors import Conflict, InboxFull
from fsm_domain.runtime.follow_up import follow_up, wake
from fsm_domain.runtime.job import job_of, split
from fsm_domain.runtime.replayer import Replayer
from fsm_ports.codec import ContextError
from fsm_ports.instance import InboxEvent, Instance, Status, as_message
from fsm_ports.messages import ACK, Defer, Delivery, Outcome, Outgoing
from fsm_ports.names import INBOX_BYTES, INBOX_EVENTS
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_two_definitions import (
    RENAMED,
    Order,
    deployed,
    earlier,
    later,
    migrating,
    waiting,
)
from tests.unit.fsm_domain.runtime.world import Context, World, line, says

DAY = 86_400.0


def delivered(world: World, message: Instance, **more: Any) -> Outcome:  # noqa: ANN401 - the fields of a delivery
    delivery = Delivery(message, None, "p-1", can_defer=True)._replace(**more)
    (outcome,) = world.dispatcher.handle([delivery], world.clock.now() + 30.0)
    return outcome


def timer(*, timed: bool = True) -> tuple[World, Instance]:
    """The wait of an earlier definition, before one that knows no state of that name; and its timer."""
    world = deployed(waiting(timed=timed), later())
    return world, as_message(world.read("a"))


def test_a_strange_wait_whose_time_has_come_is_looked_at_again() -> None:
    world, message = timer()
    now = message.deadline - 1.0
    world.clock.advance(now - world.clock.now())
    assert delivered(world, message) == Defer(now + 1.0)  # at its deadline
    world.clock.advance(1.0)
    road = RecordedRoad(1e9)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    assert delivered(world, message) == Defer(world.clock.now() + 6.0)
    assert road.carried == []


def test_a_strange_wait_whose_time_is_to_come_keeps_its_timer() -> None:
    world, message = timer()
    road = RecordedRoad(1e9)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    world.clock.advance(DAY / 2)
    assert delivered(world, message) is ACK
    assert road.carried == [Outgoing(message._replace(not_before=message.deadline), message.deadline)]
    unknown = world.with_runtime(machines={})
    assert delivered(unknown, message) is ACK
    assert len(road.carried) == 2


def test_a_wait_that_is_known_and_due_is_ended_even_if_some_event_of_it_is_not() -> None:
    world = waiting(timed=True)
    record = world.read("a")
    world.clock.advance(2 * DAY)
    strange = record._replace(inbox=(InboxEvent("e1", "other"), InboxEvent("e2", "yes")))
    world.store.commit([Commit(strange._replace(step=0, correlation_id="b"))])
    message = as_message(world.read("b"))
    assert delivered(world, message) is ACK
    assert (world.read("b").step, world.read("b").event) == (1, "yes")
    due = world.read("a")
    assert delivered(world, as_message(due)) is ACK
    assert world.read("a").event == "@deadline"


def test_a_strange_event_is_looked_at_again_and_one_that_another_state_waits_for_is_not() -> None:
    record = waiting().read("a")
    machine = earlier()

    def owed(name: str) -> object:
        waits = record._replace(inbox=(InboxEvent("e1", name),))
        return follow_up(waits, machine, emits=False, run_id="me", position="p", now=50.0, early=1.0)

    call = as_message(record)._replace(not_before=50.0)
    assert owed("other") == Parcel(Outgoing(call, 50.0), Road.LATER)
    assert owed("paid") is None


def test_a_renamed_wait_goes_on_under_its_new_name() -> None:
    record = waiting().read("a")
    commit = wake(record, later(RENAMED), InboxEvent("e1", "yes"), "me", "p", 50.0)
    assert (commit.instance.state, commit.instance.event) == ("inquire", "accept")


@pytest.mark.parametrize(
    ("age", "holds", "newer", "comes_again"),
    [
        (59.0, True, False, True),
        (61.0, True, False, False),
        (61.0, True, True, True),
        (61.0, False, True, False),
        (DAY - 1.0, True, True, True),
        (DAY, True, True, False),
    ],
)
def test_how_long_a_message_of_another_definition_comes_again(
    age: float, holds: bool, newer: bool, comes_again: bool
) -> None:
    """Of one that was written since ours was first used its own code may still be at work: a day; else a minute."""
    road = RecordedRoad(900.0 if holds else 0.0)
    world = World(line(says("next")))
    world.with_runtime(post=Post(world.clock, [RecordedRoad()], [road]))
    first = world.client.start("line", {}, correlation_id="a")
    written = world.clock.now() + (1.0 if newer else 0.0)
    message = first._replace(correlation_id="b", definition="other", state="gone", event="x", updated_at=written)
    world.store.commit([Commit(message)])
    world.clock.advance(age + written - world.clock.now())
    outcome = delivered(world, message, received=99)
    assert (len(road.carried) == 1) is comes_again
    assert outcome is ACK
    assert (world.read("b").status is Status.FAILED) is not comes_again


def test_a_message_without_a_definition_is_as_old_as_it_says() -> None:
    """It is another framework's; how young this process is says nothing of it."""
    world = World(line(says("next")))
    first = world.client.start("line", {}, correlation_id="a")
    old = first._replace(definition="", updated_at=world.clock.now() - 61.0, machine="lime")
    world.clock.advance(1.0)
    assert delivered(world, old) is ACK
    young = old._replace(definition="other")
    assert isinstance(delivered(world, young), Defer)


def test_a_context_that_has_been_through_what_this_definition_does_not_know_is_left_and_said_so() -> None:
    world = deployed(waiting(), migrating())
    world.operator.send("a", "accept")
    world.work()
    record = world.read("a")
    assert context_of(record.definition) == "to_price"
    world.store.commit([Commit(record._replace(correlation_id="b", step=0, state="charge", event="paid"))])
    deployed(world, earlier())
    message = as_message(world.read("b"))
    assert isinstance(delivered(world, message), Defer)
    world.clock.advance(2 * DAY)
    assert delivered(world, message) is ACK
    said = "machine 'orders' knows no migration 'to_price', which the context has been through"
    assert world.read("b").error == said


class Torn(JsonCodec):
    """Reads nothing."""

    def decode(self, type: type[Any], text: str) -> Any:  # noqa: ANN401 - as it is asked
        raise ContextError("$.cents: torn")


@pytest.mark.parametrize("definition", ["own", "", "other"])
def test_a_context_that_cannot_be_read_fails_where_it_is_ours_and_is_left_where_it_is_not(definition: str) -> None:
    world = World(earlier())
    first = world.client.start("orders", Order(500), correlation_id="a")
    written_by = first.definition if definition == "own" else definition
    world.store.commit([Commit(first._replace(correlation_id="b", definition=written_by))])
    world.with_runtime(codec=Torn())
    message = as_message(world.read("b"))
    outcome = delivered(world, message)
    if definition == "other":
        assert isinstance(outcome, Defer)
        world.clock.advance(2 * DAY)
        outcome = delivered(world, message)
    assert outcome is ACK
    assert (world.read("b").status, world.read("b").error) == (Status.FAILED, "$.cents: torn")
    counted = world.metrics.counted("fatal"), world.metrics.counted("quarantined")
    assert counted == ((0, 1) if definition == "other" else (1, 0))


def test_the_way_out_of_the_last_failure_leaves_the_context_to_whoever_wrote_it() -> None:
    def raises(context: Context, step: object) -> str:
        raise ValueError("as told")

    state, final = State[str, Context, Any], FinalState[str, Context]
    machine = Machine[str, Context]("m", dict, initial="a", states=[
        state("a").on("next", "b").do(says("next")),
        state("b", retry=None).on("done", "end").on("lost", "end").do(raises, on_exhausted="lost"), final("end"),
    ])  # fmt: skip
    world = World(machine)
    world.client.start("m", {}, correlation_id="a")
    world.work()
    record = world.read("a")
    message = as_message(record)._replace(definition="before", retries=99)
    assert delivered(world, message) is ACK
    after = world.read("a")
    assert after.event == "lost"
    assert (after.definition.startswith(machine.fingerprint), writer_of(after.definition)) == (True, "before")


def test_who_sends_what_only_newer_code_can_take_calls_for_it_and_again_when_repeated() -> None:
    world = World(migrating())
    world.client.start("orders", {"price": 5}, correlation_id="a")
    world.work()
    deployed(world, earlier())
    road = RecordedRoad(1e9)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    record = world.read("a")
    call = Outgoing(as_message(record)._replace(not_before=world.clock.now()), world.clock.now())
    assert world.operator.send("a", "yes", event_id="e1") == "inbox"
    assert road.carried == [call]
    assert world.operator.send("a", "yes", event_id="e1") == "seen"
    assert road.carried == [call, call]


def test_who_sends_what_is_kept_for_a_later_state_calls_nobody() -> None:
    world = waiting()
    road = RecordedRoad(1e9)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    for _ in range(2):
        world.operator.send("a", "paid", event_id="e1")
    assert road.carried == []


HELD = waiting().read("a")
GO = InboxEvent("e1", "go")


@pytest.mark.parametrize(
    ("record", "said", "full"),
    [
        (HELD, "cannot keep 'go' for 'a': it is waiting in state 'ask' at step 1", False),
        (HELD._replace(inbox=(GO,) * (INBOX_EVENTS - 1)), "cannot keep 'go' for 'a': it is waiting", False),
        (HELD._replace(inbox=(GO,) * INBOX_EVENTS), "its inbox holds 100 events", True),
        (HELD._replace(inbox=(InboxEvent("x", "y", "d" * (INBOX_BYTES - 6)),)), "it is waiting", False),
        (HELD._replace(inbox=(InboxEvent("x", "y", "d" * (INBOX_BYTES - 5)),)), "its inbox holds 1 events", True),
        (HELD._replace(inbox=(GO,) * INBOX_EVENTS, status=Status.ABORTED), "it is aborted", False),
    ],
)
def test_an_event_that_is_not_kept_is_told_why(record: Instance, said: str, full: bool) -> None:
    error = not_kept(record, GO)
    assert isinstance(error, Conflict)
    assert isinstance(error, InboxFull) is full
    assert said in str(error)
    assert str(error).startswith("cannot keep 'go' ")


def test_two_messages_of_one_instance_do_not_run_in_bulk() -> None:
    world = World(line(says("next")))
    record = world.client.start("line", {}, correlation_id="a")
    one, two = (job_of(Delivery(record, None, name), record) for name in ("p-1", "p-2"))
    other = job_of(Delivery(record, None, "p-3"), record._replace(correlation_id="b"))
    suspect = job_of(Delivery(record, None, "p-4", maybe_died=True), record._replace(correlation_id="c"))
    assert split([one, two, other, suspect]) == ([one, other], [two, suspect])


def test_an_event_whose_name_its_state_still_knows_is_replayed_by_that_name() -> None:
    state, final = State[str, Context, Any], FinalState[str, Context]

    def machine(renamed: dict[str, str]) -> Machine[str, Context]:
        return Machine[str, Context]("m", dict, initial="a", renamed=renamed, states=[
            state("a").on("go", "b").do(says("go")), state("b").on("accept", "end").after(timedelta(days=1), "end"),
            final("end"),
        ])  # fmt: skip

    world = World(machine({}))
    world.client.start("m", {}, correlation_id="a")
    world.run(5.0)
    world.with_runtime(machines={"m": machine({"go": "accept"})})
    assert Replayer(world.runtime).replay("a", 1, new_id="x").event == "go"
    assert Replayer(world.runtime).replay("a", 2, new_id="y").event is None


def test_an_event_is_replayed_by_the_name_that_it_has_now() -> None:
    world = waiting()
    assert world.operator.send("a", "yes") == "taken"
    deployed(world, migrating())
    record = Replayer(world.runtime).replay("a", 2, new_id="x")
    assert (record.state, record.event) == ("inquire", "accept")


@pytest.mark.parametrize("emits", [False, True])
def test_who_calls_for_what_is_kept_for_a_later_state_calls_in_vain_and_for_what_is_known_at_once(emits: bool) -> None:
    world = waiting()
    record, road = world.read("a"), RecordedRoad(1e9)
    store = MemoryTable(MemoryStream(world.clock)) if emits else MemoryCheckpointStore()
    world.with_runtime(store=store, post=Post(world.clock, [RecordedRoad()], [road]))
    for name, inbox in [("kept", ["paid"]), ("known", ["other", "yes"])]:
        events = tuple(InboxEvent(event, event) for event in inbox)
        store.commit([Commit(record._replace(correlation_id=name, step=0, inbox=events))])
        message = as_message(world.read(name))._replace(not_before=world.clock.now())
        assert delivered(world, message, can_defer=False, received=99) is ACK
    assert road.carried == []
    assert (world.read("kept").step, world.read("known").step) == (0, 1)
