"""Messages as the JSON of the original framework, version 0.1.

``{"version": "0.1", "system_context": {...}, "user_context": {...}}`` with the original's names (package
``aws-lambda-fsm`` 0.35.0, its ``constants.py``), so that either side reads what the other sent.  New names stand only
inside ``system_context``.  The user's context is the last value: it is cut out of the text, not parsed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from fsm_ports.instance import Instance, Status
from fsm_ports.messages import Message, Unreadable

_VERSION = "0.1"
_CONTEXT = ', "user_context": '
_Json: TypeAlias = Mapping[str, Any]  # Any: JSON of a stranger, checked below

_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def encode(message: Message) -> str:
    """The message as text.  Inbox, seen ids and attempts stay in the record; a thin message has no ``user_context``."""
    if isinstance(message, Unreadable):
        return _dumps({"version": _VERSION, "unreadable": message.text, "reason": message.reason})
    head = _dumps({"version": _VERSION, "system_context": _system_context(message)})
    if message.context is None:
        return head
    return f"{head[:-1]}{_CONTEXT}{message.context}}}"


def decode(text: str) -> Message:
    """The message in the text; `Unreadable`, with the reason, where there is none."""
    try:
        head, context = _split(text)
        if "unreadable" in head:
            return Unreadable(_field(head, "unreadable", str), _field(head, "reason", str))
        if head.get("version") != _VERSION:
            return Unreadable(text, f"version {head.get('version')!r} is not {_VERSION!r}")
        return _instance(_field(head, "system_context", dict), context)
    except (ValueError, RecursionError) as error:
        return Unreadable(text, str(error) or type(error).__name__)


def _system_context(message: Instance) -> dict[str, object]:
    fields: dict[str, object] = {
        "machine_name": message.machine,
        "current_state": message.state,
        "current_event": message.event,
        "correlation_id": message.correlation_id,
        "steps": message.step,
        "retries": message.retries,
        "started_at": message.started_at,
        "updated_at": message.updated_at,
        "definition": message.definition,
        "status": message.status._value_,
        "work": message.work,
        "run_id": message.run_id,
    }
    # What a usual message does not have is left out: each name costs time and bytes in every message.
    for name in ("position", "not_before", "deadline", "home", "data", "error", "paused"):
        value = getattr(message, name)
        if value:
            fields[name] = value
    return fields


def _split(text: str) -> tuple[_Json, str | None]:
    """All but the context, parsed; and the context, as it stands."""
    cut = text.find(_CONTEXT)
    if cut > 0 and '"work": ' in text[:cut]:  # written here: nothing follows the context
        try:
            head: object = json.loads(text[:cut] + "}")
        except ValueError:
            pass
        else:
            if isinstance(head, dict) and text.endswith("}"):
                return cast("_Json", head), text[cut + len(_CONTEXT) : -1]
    whole: object = json.loads(text)
    if not isinstance(whole, dict):
        raise ValueError(f"a message is a JSON object, not {type(whole).__name__}")
    fields = cast("dict[str, Any]", whole)
    if "user_context" not in fields:
        return fields, None
    return fields, _dumps(fields.pop("user_context"))


def _instance(system: _Json, context: str | None) -> Instance:
    step = _field(system, "steps", int)
    started_at = float(_field(system, "started_at", (int, float), 0.0))
    return Instance(
        machine=_field(system, "machine_name", str),
        correlation_id=_field(system, "correlation_id", str),
        definition=_field(system, "definition", str, ""),
        step=step,
        status=_status(_field(system, "status", str, "running")),
        paused=_field(system, "paused", bool, False),
        state=_field(system, "current_state", str),
        event=_field(system, "current_event", (str, type(None))),
        context=context,
        data=_field(system, "data", (str, type(None)), None),
        retries=_field(system, "retries", int, 0),
        work=_field(system, "work", int, step),
        run_id=_field(system, "run_id", str, ""),
        position=_field(system, "position", str, ""),
        not_before=float(_field(system, "not_before", (int, float), 0.0)),
        deadline=float(_field(system, "deadline", (int, float), 0.0)),
        home=_field(system, "home", str, ""),
        started_at=started_at,
        updated_at=float(_field(system, "updated_at", (int, float), started_at)),
        error=_field(system, "error", (str, type(None)), None),
    )


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError:
        raise ValueError(f"status is {text!r}, which is none of {', '.join(s.value for s in Status)}") from None


_MISSING = object()


def _field(fields: _Json, name: str, types: type | tuple[type, ...], default: object = _MISSING) -> Any:  # noqa: ANN401 - of the types asked for
    value = fields.get(name, default)
    if value is _MISSING:
        raise ValueError(f"{name} is missing")
    if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
        wanted = types if isinstance(types, tuple) else (types,)
        raise ValueError(f"{name} is {type(value).__name__}, not {' or '.join(t.__name__ for t in wanted)}")
    return value
