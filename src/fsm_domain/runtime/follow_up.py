"""What a committed record still owes the world: the one answer for dispatcher, operators and recovery."""

from __future__ import annotations

from fsm_domain.failover.post import Parcel, Road
from fsm_domain.machine.migration import event_now, stamp
from fsm_domain.runtime.registry import AnyMachine
from fsm_domain.runtime.taking_up import is_strange, taken_up
from fsm_ports.instance import RUNNING, WAITING, InboxEvent, Instance, as_message
from fsm_ports.messages import Outgoing
from fsm_ports.names import DEADLINE_EVENT, EVENT_POSITION
from fsm_ports.writes import Commit


def follow_up(
    record: Instance, machine: AnyMachine | None, *, emits: bool, run_id: str, position: str, now: float, early: float,
    receipt: object = None,
) -> Parcel | Commit | None:  # fmt: skip
    """The message to send, the commit to make first, or None: nothing, for it is at rest, paused or sent by its store.

    `position` names what has the record in hand; empty for a caller, whose commit is then named by the event it takes.
    `early` is how many seconds before its time a deadline may fire; `receipt` is the claim of the delivery that the
    message stands for.
    """
    if record.paused:
        return None
    if record.status is RUNNING:
        return None if emits else _next_message(record, now, receipt)
    if record.status is not WAITING:
        return None
    event = _inbox_event(record, machine)
    if machine is not None and event is not None:
        return wake(record, machine, event, run_id, position or EVENT_POSITION + event.id, now)
    if machine is not None and 0.0 < record.deadline <= now + early and _has_deadline(record, machine):
        fired = InboxEvent("", DEADLINE_EVENT)
        return wake(record, machine, fired, run_id, position or f"{DEADLINE_EVENT}:{run_id}", now)
    if record.inbox and is_strange(record, machine):  # workers look at it, until one knows what it is for
        return Parcel(Outgoing(as_message(record)._replace(not_before=now), now, receipt), Road.LATER)
    if not record.deadline:
        return None
    timer = as_message(record)._replace(not_before=record.deadline)
    return Parcel(Outgoing(timer, record.deadline, receipt), Road.LATER)


def _next_message(record: Instance, now: float, receipt: object) -> Parcel:
    message, due = as_message(record), record.not_before
    if due <= now:
        return Parcel(Outgoing(message, 0.0, receipt))
    return Parcel(Outgoing(message._replace(not_before=due), due, receipt), Road.LATER)


def wake(record: Instance, machine: AnyMachine, event: InboxEvent, run_id: str, position: str, now: float) -> Commit:
    """The commit by which a waiting record takes an event that it handles: as step n + 1, a new piece of work."""
    state = taken_up(record, machine).state
    name = event_now(machine, state, event.name)
    delay = machine.edges[state, name].transition.delay
    after = as_message(record)._replace(
        definition=stamp(machine, record.definition), step=record.step + 1, status=RUNNING, state=state,
        event=name, data=event.data, retries=0, work=record.step + 1, run_id=run_id, position=position, deadline=0.0,
        updated_at=now, not_before=now + delay if delay else 0.0,
    )  # fmt: skip
    return Commit(after, WAITING, taken=event.id)


def _has_deadline(record: Instance, machine: AnyMachine) -> bool:
    return (taken_up(record, machine).state, DEADLINE_EVENT) in machine.edges


def _inbox_event(record: Instance, machine: AnyMachine | None) -> InboxEvent | None:
    if machine is None:
        return None
    state = taken_up(record, machine).state
    known = (event for event in record.inbox if (state, event_now(machine, state, event.name)) in machine.edges)
    return next(known, None)
