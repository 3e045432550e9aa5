"""What one definition of a machine makes of a record, or message, that another one wrote."""

from __future__ import annotations

from fsm_domain.machine.fingerprint import graph_of
from fsm_domain.machine.migration import event_now, state_now
from fsm_domain.machine.state import DEADLINE
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.instance import Instance
from fsm_ports.names import PSEUDO_INIT


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
