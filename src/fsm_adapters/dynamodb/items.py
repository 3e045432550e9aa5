"""The items of a checkpoint table: the records, and the messages that they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.types import HASH_KEY_BYTES, Item, key_text, number, required_number, required_text, text
from fsm_ports import Attempt, InboxEvent, Instance, Message, PortRejected, Status, Unreadable
from fsm_ports.instance import as_message

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

STEP: Final = "step"
"""What makes an item a record: one without it is somebody else's, and does not count."""
STATUS: Final = "status"
PAUSED: Final = "paused"
"""True, or absent: the filter of an event source asks whether it exists."""
UPDATED_AT: Final = "updated_at"
RETRIES: Final = "retries"
RUN_ID: Final = "run_id"
EXTRA: Final = "extra"
"""Attempts, inbox and seen ids as JSON text; absent where there are none, as on the usual path."""
EMIT: Final = "emit"
"""Set afresh by each write that is a message, and removed by every other; see `emission`."""

SHARDS: Final = 16
"""Over which the records of one machine and status are spread in the index."""

_NAMED: Final = "id"
"""The correlation id where the key is not it: one that is too long for a key."""
_STATUS: Final = {status.value: status for status in Status}
_DAMAGED: Final = (KeyError, TypeError, ValueError, OverflowError, RecursionError)


def key_of(correlation_id: str) -> str:
    """The value of the table's key."""
    return key_text(correlation_id, HASH_KEY_BYTES)


def partition(machine: str, status: Status, shard: int) -> str:
    """Hash key of the index."""
    return f"{machine}#{status.value}#{shard}"


def shard_of(correlation_id: str) -> int:
    return int.from_bytes(hashlib.sha256(correlation_id.encode(errors="backslashreplace")).digest()[:4], "big") % SHARDS


def item_of(record: Instance) -> dict[str, AttributeValueTypeDef]:
    """The item of a record but for `EMIT`; what is empty, zero or None has no attribute."""
    key = key_of(record.correlation_id)
    texts = {
        attributes.CORRELATION_ID: key,
        _NAMED: record.correlation_id if record.correlation_id != key else None,
        attributes.FIND: partition(record.machine, record.status, shard_of(record.correlation_id)),
        "machine": record.machine,
        "definition": record.definition,
        STATUS: record.status.value,
        "state": record.state,
        "event": record.event,
        "context": record.context,
        "data": record.data,
        RUN_ID: record.run_id,
        "position": record.position or None,
        "home": record.home or None,
        "error": record.error,
        EXTRA: _extra_of(record),
    }
    numbers = {
        RETRIES: record.retries or None,
        "not_before": record.not_before or None,
        "deadline": record.deadline or None,
        STEP: record.step,
        "work": record.work,
        attributes.STARTED_AT: record.started_at,
        UPDATED_AT: record.updated_at,
    }
    item = {name: text(value) for name, value in texts.items() if value is not None}
    item |= {name: number(value) for name, value in numbers.items() if value is not None}
    if record.paused:
        item[PAUSED] = {"BOOL": True}
    return item


def record_of(item: Item, source: str) -> Instance | None | PortRejected:
    """The record in an item; None where it is none, a rejection where it cannot be decoded."""
    if STEP not in item:
        return None
    try:
        return _record(item)
    except _DAMAGED as problem:
        key = item.get(attributes.CORRELATION_ID, {}).get("S")
        return PortRejected(f"the record of {key} cannot be decoded: {problem!r}", source)


def emission(nonce: str, message: Instance | None = None) -> AttributeValueTypeDef:
    """A value of `EMIT`: text that is fresh, and what the message has that its record has not.

    A commit, a resume or a touch is the record as it is.  A message that is sent on has a position, a time and an error
    of its own: they stand behind the fresh text, as JSON, and leave the item with it.
    """
    if message is None:
        return text(nonce)
    own = [message.position, message.not_before, message.error]
    return text(f"{nonce} {json.dumps(own)}")


def emitted(image: Mapping[str, object]) -> Message | None:
    """The message that a stream's new image of an item is; None where its write was none.

    The event source filters by the same rule, but a filter is a setting that may be missing.
    """
    item = cast("Item", image)
    if EMIT not in item or PAUSED in item or item.get(STATUS) != {"S": Status.RUNNING.value}:
        return None
    try:
        message, own = as_message(_record(item)), _own(required_text(item, EMIT))
        not_before = float(_count(item, "not_before"))
    except _DAMAGED as problem:
        return Unreadable(json.dumps(image, default=str), f"the record cannot be decoded: {problem!r}")
    if own is None:
        return message._replace(not_before=not_before)
    position, not_before, error = own
    return message._replace(position=position, not_before=not_before, error=error)


def _own(emit: str) -> tuple[str, float, str | None] | None:
    _, _, own = emit.partition(" ")
    if not own:
        return None
    position, not_before, error = json.loads(own)
    return position, float(not_before), error


def _record(item: Item) -> Instance:
    attempts, inbox, seen = _extra(item)
    return Instance(
        machine=required_text(item, "machine"),
        correlation_id=required_text(item, _NAMED if _NAMED in item else attributes.CORRELATION_ID),
        definition=required_text(item, "definition"),
        step=int(required_number(item, STEP)),
        status=_STATUS[required_text(item, STATUS)],
        paused=PAUSED in item,
        state=required_text(item, "state"),
        event=_text(item, "event"),
        context=_text(item, "context"),
        data=_text(item, "data"),
        retries=int(_count(item, RETRIES)),
        attempts=attempts,
        work=int(required_number(item, "work")),
        run_id=required_text(item, RUN_ID),
        position=_text(item, "position") or "",
        not_before=float(_count(item, "not_before")),
        deadline=float(_count(item, "deadline")),
        inbox=inbox,
        seen=seen,
        home=_text(item, "home") or "",
        started_at=float(required_number(item, attributes.STARTED_AT)),
        updated_at=float(required_number(item, UPDATED_AT)),
        error=_text(item, "error"),
    )


def _text(item: Item, name: str) -> str | None:
    return required_text(item, name) if name in item else None


def _count(item: Item, name: str) -> str:
    return required_number(item, name) if name in item else "0"


def _extra_of(record: Instance) -> str | None:
    if not (record.attempts or record.inbox or record.seen):
        return None
    return json.dumps([record.attempts, record.inbox, record.seen], separators=(",", ":"), ensure_ascii=False)


def _extra(item: Item) -> tuple[tuple[Attempt, ...], tuple[InboxEvent, ...], tuple[str, ...]]:
    if EXTRA not in item:
        return (), (), ()
    attempts, inbox, seen = json.loads(required_text(item, EXTRA))
    return tuple(Attempt(*a) for a in attempts), tuple(InboxEvent(*e) for e in inbox), tuple(seen)
