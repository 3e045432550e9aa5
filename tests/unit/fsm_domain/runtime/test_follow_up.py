"""What a record owes: a message, a commit, or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fsm_domain import FinalState, Machine, State
from fsm_domain.failover.post import Parcel, Road
from fsm_domain.machine.migration import stamp
from fsm_domain.runtime.follow_up import follow_up
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.instance import InboxEvent, Instance, Status, as_message
from fsm_ports.messages import Outgoing
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.runtime.world import Context

NOW = 1000.0


def machine() -> AnyMachine:
    state, final = State[str, Context], FinalState[str, Context]
    wait = state("wait").on("go", "end", delay=timedelta(seconds=5)).on("stop", "end").after(timedelta(hours=1), "end")
    return Machine[str, Context]("m", dict, initial="wait", states=[wait, final("end")])


RUNS = Instance("m", "a", "d", 4, Status.RUNNING, False, "wait", "go", "{}", position="p-0", run_id="before", work=3)
WAITS = RUNS._replace(status=Status.WAITING, event=None, retries=2, deadline=NOW + 60.0, seen=("e0",))
WOKEN = as_message(WAITS)._replace(
    definition=stamp(machine(), WAITS.definition),
    step=5,
    status=Status.RUNNING,
    retries=0,
    work=5,
    run_id="me",
    deadline=0.0,
    updated_at=NOW,
)


def owed(
    record: Instance, of: AnyMachine | None = None, *, emits: bool = False, position: str = "p-1"
) -> Parcel | Commit | None:
    return follow_up(record, of, emits=emits, run_id="me", position=position, now=NOW, early=1.0)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.ABORTED])
def test_what_rests_owes_nothing_and_neither_does_what_is_paused(status: Status) -> None:
    assert owed(WAITS._replace(status=status, inbox=(InboxEvent("e1", "go"),)), machine()) is None
    assert owed(RUNS._replace(paused=True)) is None
    assert owed(WAITS._replace(paused=True, deadline=1.0), machine()) is None


def test_a_running_record_owes_its_message_unless_its_store_sends_it() -> None:
    assert owed(RUNS) == Parcel(Outgoing(as_message(RUNS)), Road.NOW)
    assert owed(RUNS, emits=True) is None


@pytest.mark.parametrize(
    "record",
    [RUNS, RUNS._replace(not_before=NOW + 9.0), WAITS, WAITS._replace(inbox=(InboxEvent("e1", "unheard of"),))],
    ids=["runs", "is delayed", "waits", "was called by a stranger"],
)
def test_what_is_sent_bears_the_claim_of_the_delivery_that_it_stands_for(record: Instance) -> None:
    parcel = follow_up(
        record, machine(), emits=False, run_id="me", position="p-1", now=NOW, early=1.0, receipt="claim"
    )  # fmt: skip
    assert isinstance(parcel, Parcel)
    assert parcel.outgoing.receipt == "claim"


@pytest.mark.parametrize(("due", "road"), [(NOW, Road.NOW), (NOW + 0.5, Road.LATER)])
def test_a_message_with_a_delay_travels_by_a_road_that_holds_it(due: float, road: Road) -> None:
    message = as_message(RUNS)
    later = Parcel(Outgoing(message._replace(not_before=due), due), Road.LATER)
    assert owed(RUNS._replace(not_before=due)) == (later if road is Road.LATER else Parcel(Outgoing(message)))


@pytest.mark.parametrize(("position", "named"), [("p-1", "p-1"), ("", "event:e1")])
def test_a_waiting_record_takes_the_first_event_that_it_handles(position: str, named: str) -> None:
    inbox = (InboxEvent("e9", "other"), InboxEvent("e1", "stop", '"x"'), InboxEvent("e2", "go"))
    taken = WOKEN._replace(event="stop", data='"x"', position=named)
    assert owed(WAITS._replace(inbox=inbox), machine(), position=position) == Commit(taken, Status.WAITING, taken="e1")


def test_an_event_whose_transition_has_a_delay_is_followed_later() -> None:
    taken = WOKEN._replace(event="go", position="p-1", not_before=NOW + 5.0)
    found = owed(WAITS._replace(inbox=(InboxEvent("e1", "go"),)), machine())
    assert found == Commit(taken, Status.WAITING, taken="e1")


@pytest.mark.parametrize(("position", "named"), [("p-1", "p-1"), ("", "@deadline:me")])
def test_a_deadline_fires_a_second_early_at_most(position: str, named: str) -> None:
    due = WAITS._replace(deadline=NOW + 1.0)
    fired = WOKEN._replace(event="@deadline", position=named)
    found = owed(due, machine(), position=position)
    assert found == Commit(fired, Status.WAITING)
    assert isinstance(found, Commit)
    assert found.taken == ""
    assert isinstance(owed(due._replace(deadline=NOW + 1.1), machine()), Parcel)


def test_a_deadline_that_is_to_come_owes_its_timer_and_a_wait_for_ever_nothing() -> None:
    timer = as_message(WAITS)._replace(not_before=NOW + 60.0)
    assert owed(WAITS, machine()) == Parcel(Outgoing(timer, NOW + 60.0), Road.LATER)
    assert owed(WAITS._replace(deadline=0.0), machine()) is None


def test_who_does_not_know_the_machine_wakes_nothing_and_sends_the_timer_on() -> None:
    record = WAITS._replace(deadline=NOW - 1.0, inbox=(InboxEvent("e1", "go"),))
    call = as_message(record)._replace(not_before=NOW)
    assert owed(record, None) == Parcel(Outgoing(call, NOW), Road.LATER)
    timer = call._replace(not_before=NOW - 1.0)
    assert owed(record._replace(inbox=()), None) == Parcel(Outgoing(timer, NOW - 1.0), Road.LATER)
