"""Messages as the JSON of the original framework, version 0.1.

``{"version": "0.1", "system_context": {...}, "user_context": {...}}`` with the original's names (package
``aws-lambda-fsm`` 0.35.0, its ``constants.py``), so that either side reads what the other sent.  Names that the
original does not know stand only inside ``system_context``; it copies them from step to step unread.

The user's context is the last value of a message written here, and ``context_length`` says how many characters it
has: it is cut out as it stands, not parsed.  Wherever that does not add up the whole text is parsed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as _quoted
from typing import Final, NoReturn, cast

from fsm_adapters._wire.fields import Fields, any_text_at, count_at, flag_at, object_at, seconds_at, text_at
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import Message, Unreadable

_VERSION: Final = "0.1"
_BEFORE_SYSTEM: Final = '{"version": "0.1", "system_context": '
_BEFORE_CONTEXT: Final = ', "user_context": '
_MARK_OF_THE_ORIGINAL: Final = "lease_primary"
"""A name that the original adds to each message that it has handled, and nobody else writes."""
_OF_ANY_STEP: Final = (
    "machine_name", "current_state", "current_event", "correlation_id", "steps", "retries", "started_at", "definition",
    "home",
)  # fmt: skip
_STATUSES: Final = {status.value: status for status in Status}
_TEXT: Final = r'"([ !#-\[\]-~]*)"'
"""One that is written as it stands: in ASCII, without quote and backslash."""
_COUNT: Final = r"(0|[1-9][0-9]{0,14})"
_SECONDS: Final = r"((?:0|[1-9][0-9]{0,14})\.[0-9]{1,9})"
_ALWAYS: Final[Mapping[str, str]] = {
    "machine_name": _TEXT, "current_state": _TEXT, "current_event": _TEXT, "correlation_id": _TEXT.replace("*", "+"),
    "steps": _COUNT, "retries": _COUNT, "started_at": _SECONDS, "updated_at": _SECONDS, "definition": _TEXT,
    "status": _TEXT, "work": _COUNT, "run_id": _TEXT, "context_length": _COUNT,
}  # fmt: skip
"""What every message says, as `_always` writes it, and how long the context is of one that has it."""
_a_usual_one = re.compile(
    re.escape(_BEFORE_SYSTEM) + "{" + ", ".join(f'"{name}": {value}' for name, value in _ALWAYS.items())
    + re.escape("}" + _BEFORE_CONTEXT)
).match  # fmt: skip

# ASCII: whatever an unreadable message or a stranger's text holds, every road can carry it.
_dumps = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode
_dumps_compactly = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encode(message: Message) -> str:
    """The message as text.

    Inbox, seen ids and attempts stay in the record.  A thin message has no ``user_context``.  An `Unreadable` becomes
    ``{"version": "0.1", "unreadable": text, "reason": reason}``.
    """
    if isinstance(message, Unreadable):
        return _dumps({"version": _VERSION, "unreadable": message.text, "reason": message.reason})
    head = f"{_BEFORE_SYSTEM}{{{_always(message)}{_sometimes(message)}}}"
    if message.context is None:
        return head + "}"
    return f"{head}{_BEFORE_CONTEXT}{message.context}}}"


def decode(text: str) -> Message:
    """The message in the text; never raises.

    `Unreadable`, with the reason, where there is none; the reason names the key and shows nothing of the user's.  What
    a message of the original does not say is as in a fresh emission.
    """
    try:
        return _usual(text) or _cut(text) or _parsed(text)
    except json.JSONDecodeError as error:
        return Unreadable(text, f"the message is no JSON: {error}")
    except RecursionError:
        return Unreadable(text, "the message is nested too deeply")
    except ValueError as error:
        return Unreadable(text, str(error))


def _always(message: Instance) -> str:
    # Written out, not dumped: it takes a quarter of the time, in every message.
    return (
        f'"machine_name": {_quoted(message.machine)}, "current_state": {_quoted(message.state)}, '
        f'"current_event": {"null" if message.event is None else _quoted(message.event)}, '
        f'"correlation_id": {_quoted(message.correlation_id)}, "steps": {message.step}, "retries": {message.retries}, '
        f'"started_at": {_time(message.started_at)}, "updated_at": {_time(message.updated_at)}, '
        f'"definition": {_quoted(message.definition)}, "status": "{message.status._value_}", "work": {message.work}, '
        f'"run_id": {_quoted(message.run_id)}'
    )


def _sometimes(message: Instance) -> str:
    """What a usual message does not have is left out: each name costs time and bytes."""
    text = "" if message.context is None else f', "context_length": {len(message.context)}'
    if message.paused:
        text += ', "paused": true'
    if message.position:
        text += f', "position": {_quoted(message.position)}'
    if message.not_before:
        text += f', "not_before": {_time(message.not_before)}'
    if message.deadline:
        text += f', "deadline": {_time(message.deadline)}'
    if message.home:
        text += f', "home": {_quoted(message.home)}'
    if message.data is not None:
        text += f', "data": {_quoted(message.data)}'
    if message.error is not None:
        # The text of some exception: one that UTF-8 cannot hold must not make the message unreadable.
        text += f', "error": {_quoted(message.error.encode(errors="backslashreplace").decode())}'
    return text


def _time(seconds: float) -> str:
    if not math.isfinite(seconds):
        raise ValueError(f"{seconds} is no time")
    return repr(seconds)


def _cut(text: str) -> Instance | None:
    """The message, where it stands as it was written here: only its system context is parsed."""
    if not text.startswith(_BEFORE_SYSTEM):
        return None
    parsed, end = _decoder.raw_decode(text, len(_BEFORE_SYSTEM))
    if not isinstance(parsed, dict):
        return None
    system = cast("Fields", parsed)
    begin = end + len(_BEFORE_CONTEXT)
    length = system.get("context_length")
    if type(length) is int and text.startswith(_BEFORE_CONTEXT, end) and len(text) == begin + length + 1:
        context = text[begin:-1]
        return _instance(system, context) if text.endswith("}") else None
    return _instance(system, None) if text[end:] == "}" else None


def _usual(text: str) -> Instance | None:
    """The message of a plain step, which says what `_always` writes and nothing else; None: look closer.

    What the pattern lets through needs no second look, and matching it takes a third of the time of parsing.
    """
    found = _a_usual_one(text)
    if found is None or not text.endswith("}"):
        return None
    (
        machine, state, event, correlation_id, step, retries, started_at, updated_at, definition, status, work, run_id,
        length,
    ) = found.groups()  # fmt: skip
    begin = found.end()
    if status not in _STATUSES or len(text) != begin + int(length) + 1:
        return None
    return Instance(
        machine, correlation_id, definition, int(step), _STATUSES[status], False, state, event, text[begin:-1], None,
        int(retries), (), int(work), run_id, "", 0.0, 0.0, (), (), "", float(started_at), float(updated_at),
    )  # fmt: skip


def _parsed(text: str) -> Message:
    fields = object_at({"the message": _decoder.decode(text)}, "the message")
    version = text_at(fields, "version")
    if version != _VERSION:
        raise ValueError(f"version is {version!r:.40}, not {_VERSION!r}")
    if "unreadable" in fields and "system_context" not in fields:
        return Unreadable(any_text_at(fields, "unreadable"), any_text_at(fields, "reason"))
    system = object_at(fields, "system_context")
    return _instance(system, _context(fields, system))


def _context(fields: Fields, system: Fields) -> str | None:
    """The user context, which has been parsed, as text again."""
    if "user_context" not in fields:
        return None
    context = fields["user_context"]
    if context is None and "definition" not in system:
        return "{}"  # null is the original's empty context
    compact = _dumps_compactly(context)
    try:
        compact.encode()
    except UnicodeEncodeError:
        return _dumps(context)
    return compact


def _instance(system: Fields, context: str | None) -> Instance:
    if _MARK_OF_THE_ORIGINAL in system:
        # Whatever else is there of ours belongs to an earlier step.
        system = {name: system[name] for name in _OF_ANY_STEP if name in system}
    step, started_at = count_at(system, "steps"), seconds_at(system, "started_at", 0.0)
    instance = Instance(
        machine=text_at(system, "machine_name"),
        correlation_id=text_at(system, "correlation_id"),
        definition=text_at(system, "definition", ""),
        step=step,
        status=_status(system),
        paused=flag_at(system, "paused"),
        state=text_at(system, "current_state"),
        event=None if system.get("current_event", "") is None else text_at(system, "current_event"),
        context=context,
        data=None if system.get("data") is None else text_at(system, "data"),
        retries=count_at(system, "retries", 0),
        work=count_at(system, "work", step),
        run_id=text_at(system, "run_id", ""),
        position=text_at(system, "position", ""),
        not_before=seconds_at(system, "not_before", 0.0),
        deadline=seconds_at(system, "deadline", 0.0),
        home=text_at(system, "home", ""),
        started_at=started_at,
        updated_at=seconds_at(system, "updated_at", started_at),
        error=None if system.get("error") is None else text_at(system, "error"),
    )
    if not instance.correlation_id:
        raise ValueError("correlation_id is empty")
    return instance


def _status(system: Fields) -> Status:
    name = text_at(system, "status", "running")
    status = _STATUSES.get(name)
    if status is None:
        raise ValueError(f"status is {name!r:.40}, none of {', '.join(_STATUSES)}")
    return status


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)
