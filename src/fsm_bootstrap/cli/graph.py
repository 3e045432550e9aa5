"""Where an instance is in the graph of its machine, and where it can go from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fsm_bootstrap.durations import span
from fsm_domain.machine.migration import state_now
from fsm_domain.runtime.taking_up import taken_up
from fsm_ports.instance import Instance, Status
from fsm_ports.names import DEADLINE_EVENT, PSEUDO_INIT

if TYPE_CHECKING:
    from fsm_domain.runtime.registry import AnyMachine


class Way(NamedTuple):
    """One way out of a state."""

    event: str | None
    """None: it is taken after a while, by itself."""
    target: str
    after: float | None = None
    """Seconds; of a deadline, or of the delay of an event."""

    def __str__(self) -> str:
        if self.event is None:
            return f"after {span(self.after or 0.0)} -> {self.target}"
        later = f" ({span(self.after)} later)" if self.after else ""
        return f"{self.event} -> {self.target}{later}"


def ways_out(machine: AnyMachine, state: str) -> Sequence[Way]:
    """All of them, in the order in which they were declared; none out of a state that the machine does not know, by
    any name that it ever had."""
    if state == PSEUDO_INIT:
        return [Way(PSEUDO_INIT, str(machine.initial))]
    node = machine.nodes.get(state_now(machine, state))
    if node is None:
        return ()
    return [
        Way(None, str(edge.target), node.deadline)
        if edge.event == DEADLINE_EVENT
        else Way(edge.event, str(edge.target), edge.delay or None)
        for edge in node.transitions
    ]


def next_way(machine: AnyMachine | None, record: Instance) -> Way | None:
    """The one that the record's event takes; None at rest, and where it is not known."""
    if machine is None or record.event is None or record.status not in (Status.RUNNING, Status.FAILED):
        return None
    now = taken_up(record, machine)
    event = None if now.event == DEADLINE_EVENT else now.event
    return next((way for way in ways_out(machine, now.state) if way.event == event), None)
