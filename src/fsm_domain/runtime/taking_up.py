"""What one definition of a machine makes of a record, or message, that another one wrote."""

from __future__ import annotations

from fsm_domain.machine.fingerprint import context_of, graph_of
from fsm_domain.machine.migration import event_now, migrated, pending, state_now
from fsm_domain.machine.state import DEADLINE
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.codec import ContextCodec, ContextError
from fsm_ports.instance import Instance
from fsm_ports.names import PSEUDO_INIT


class Strange(Exception):
    """The context is as another definition of the machine wrote it, and this one cannot read it."""


def taken_up(record: Instance, machine: AnyMachine) -> Instance:
    """With state and event by the names that they have in this machine; the same object where it has no others."""
    if not machine.renamed or record.state == PSEUDO_INIT or record.definition == machine.fingerprint:
        return record
    state = state_now(machine, record.state)
    event = None if record.event is None else event_now(machine, state, record.event)
    return record if (state, event) == (record.state, record.event) else record._replace(state=state, event=event)


def is_signed(record: Instance, machine: AnyMachine) -> bool:
    """This definition of the machine wrote the record, whatever its context has been through."""
    return graph_of(record.definition) == graph_of(machine.fingerprint)


def is_own(record: Instance, machine: AnyMachine) -> bool:
    """This very definition wrote the record, the context included, or another framework did: nobody else will ever know
    more of it."""
    return record.definition in ("", machine.fingerprint)


def target_of(machine: AnyMachine, message: Instance) -> str | None:
    """The state that the step at hand enters: its action, so its retry policy.  None: `unknown` says why."""
    if message.state == PSEUDO_INIT:
        return str(machine.initial)
    edge = machine.edges.get((message.state, message.event or ""))
    return None if edge is None else str(edge.target.name)


def unknown(machine: AnyMachine | None, message: Instance) -> str | None:
    """Why this process cannot handle the message, which has been taken up; None if it can."""
    if machine is None:
        return f"no machine is called {message.machine!r} here"
    if message.state == PSEUDO_INIT:
        return None
    if message.state not in machine.nodes:
        return f"machine {message.machine!r} has no state {message.state!r}"
    if (message.state, message.event) not in machine.edges:
        return f"state {message.state!r} of machine {message.machine!r} does not handle {message.event!r}"
    return None


def context_now(machine: AnyMachine, message: Instance, codec: ContextCodec) -> object:
    """The context, after the migrations that it has not been through.

    Raises:
        Strange: only another definition of the machine can read it.
        ContextError: nobody can.
        Exception: whatever a migration raised.
    """
    text = message.context or ""
    if message.definition != machine.fingerprint:
        functions = pending(machine, message.definition)
        if functions is None:
            last = context_of(message.definition)
            raise Strange(f"machine {machine.name!r} knows no migration {last!r}, which the context has been through")
        text = migrated(functions, text) if functions else text
    try:
        context: object = codec.decode(machine.context, text)
    except ContextError as error:
        if is_own(message, machine):
            raise
        raise Strange(str(error)) from error
    return context


def of_others(record: Instance, machine: AnyMachine, codec: ContextCodec) -> str | None:
    """Why a running record is one that only another definition of its machine can go on with; None: it is not."""
    if is_own(record, machine):
        return None
    message = taken_up(record, machine)
    reason = unknown(machine, message)
    if reason is not None:
        return reason
    try:
        context_now(machine, message, codec)
    except Strange as error:
        return str(error)
    except Exception:  # noqa: BLE001 - a user's migration: whoever runs the step tries it again, and says what it raised
        return None
    return None


def is_strange(record: Instance, machine: AnyMachine | None) -> bool:
    """A waiting record waits for what only another definition of its machine knows, or has an event that does."""
    if machine is None:
        return bool(record.deadline or record.inbox)
    state = taken_up(record, machine).state
    if state not in machine.nodes or (record.deadline and (state, DEADLINE) not in machine.edges):
        return bool(record.deadline or record.inbox)
    known = {event for _, event in machine.edges}
    return not all(event.name in known or was_an_event(machine, event.name) for event in record.inbox)


def was_an_event(machine: AnyMachine, event: str) -> bool:
    """Some event of the machine had this name once."""
    return any(event_now(machine, state, event) != event for state in machine.nodes)


def next_look(record: Instance, now: float, limits: Limits) -> float:
    """When what only another definition can handle is to be delivered again: a tenth of its age from now."""
    since = max(record.updated_at, record.not_before, record.deadline if record.deadline <= now else 0.0)
    later = now + min(max(limits.shortest_look, (now - since) / 10), limits.longest_look)
    return min(later, record.deadline) if record.deadline > now else later
