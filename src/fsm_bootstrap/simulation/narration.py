"""A trace as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_bootstrap.simulation.kernel import START
from fsm_bootstrap.simulation.trace import NOT_REACHED, Call, Event, Settlement
from fsm_ports.instance import Instance
from fsm_ports.messages import Defer, Delivery, Outgoing
from fsm_ports.results import Busy, Committed, Refused
from fsm_ports.writes import Commit


def told(event: Event) -> str:
    """One line for a person."""
    line = f"{event.number:5} {event.at - START:9.3f} {event.process:14} "
    if not isinstance(event, Call):
        fields = {
            name: _shown(value) for name, value in event._asdict().items() if name not in ("number", "at", "process")
        }
        return line + type(event).__name__ + "".join(f" {name}={value}" for name, value in fields.items())
    answers = "" if event.answers == event.effects else f", told {_all(event.answers)}"
    return line + f"{event.port}.{event.operation} {_all(event.items)} -> {_all(event.effects)}{answers}"


def _all(values: Sequence[object]) -> str:
    return f"[{', '.join(map(_shown, values))}]"


def _shown(value: object) -> str:
    match value:
        case Instance():
            return _instance(value)
        case Delivery():
            died = " maybe died" if value.maybe_died else ""
            return f"{_shown(value.message)} at {value.position} received {value.received}{died}"
        case Outgoing():
            return _shown(value.message)
        case Commit():
            held = f" held until {value.hold_until - START:.3f}" if value.hold_until else ""
            return f"commit {_instance(value.instance)} if {value.expected.value}{held}"
        case Committed(instance=record):
            return f"done {_instance(record)}"
        case Refused(found=found):
            return f"refused {_shown(found)}"
        case Busy(until=until) | Defer(until=until):
            return f"{type(value).__name__} {until - START:.3f}"
        case Settlement(delivery=delivery, outcome=outcome):
            return f"{_shown(outcome)} {_shown(delivery)}"
        case _:
            return "-" if value is NOT_REACHED else str(value)


def _instance(record: Instance) -> str:
    more = [f"retry {record.retries}"] if record.retries else []
    more += [f"position {record.position}"] if record.position else []
    more += [f"not before {record.not_before - START:.3f}"] if record.not_before else []
    more += [f"deadline {record.deadline - START:.3f}"] if record.deadline else []
    more += ["paused"] if record.paused else []
    more += ["thin"] if record.context is None else []
    more += [f"attempts {[(a.run_id, round(a.until - START, 3)) for a in record.attempts]}"] if record.attempts else []
    place = f"{record.correlation_id}@{record.step} {record.status.value} {record.state}/{record.event}"
    return f"<{'; '.join([place, *more])}>"
