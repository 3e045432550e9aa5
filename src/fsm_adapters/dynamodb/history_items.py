"""The items of a history table."""

from __future__ import annotations

from typing import Final

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.types import (
    HASH_KEY_BYTES,
    RANGE_KEY_BYTES,
    Item,
    key_text,
    number,
    required_number,
    required_text,
    text,
    text_at,
)
from fsm_ports import Happened, HistoryEntry, Status

_NAMED: Final = "id"
"""The correlation id where the key is not it: one that is too long for a key."""
_STEP_DIGITS: Final = 12
_MICROSECOND_DIGITS: Final = 18


def item_of(entry: HistoryEntry) -> Item:
    """The item; what is None has no attribute."""
    key = key_text(entry.correlation_id, HASH_KEY_BYTES)
    texts = {
        attributes.CORRELATION_ID: key,
        attributes.ENTRY: _key(entry),
        "happened": entry.happened.value,
        "machine": entry.machine,
        "state": entry.state,
        "event": entry.event,
        "status": entry.status.value,
        "run_id": entry.run_id,
        "note": entry.note,
        "context": entry.context,
        _NAMED: None if key == entry.correlation_id else entry.correlation_id,
    }
    return {
        **{name: text(value) for name, value in texts.items() if value is not None},
        "step": number(entry.step),
        "at": number(entry.at),
        "retries": number(entry.retries),
    }


def entry_of(item: Item) -> HistoryEntry:
    """The entry in an item.

    Raises:
        ValueError: it lacks an attribute, or one of them has no value that is known.
    """
    return HistoryEntry(
        correlation_id=required_text(item, _NAMED if _NAMED in item else attributes.CORRELATION_ID),
        step=int(required_number(item, "step")),
        at=float(required_number(item, "at")),
        happened=Happened(required_text(item, "happened")),
        machine=required_text(item, "machine"),
        state=required_text(item, "state"),
        event=text_at(item, "event"),
        status=Status(required_text(item, "status")),
        retries=int(required_number(item, "retries")),
        run_id=required_text(item, "run_id"),
        note=text_at(item, "note"),
        context=text_at(item, "context"),
    )


def first_after(step: int) -> str:
    """What no key of a later step comes before, and every key of this one does."""
    return _digits(step + 1, _STEP_DIGITS)


def _key(entry: HistoryEntry) -> str:
    """Sorts by step, then by time.  An entry that is appended again has it again; a step has one commit alone."""
    at = _digits(int(entry.at * 1_000_000), _MICROSECOND_DIGITS)
    run = key_text(entry.run_id, RANGE_KEY_BYTES // 2)
    return f"{_digits(entry.step, _STEP_DIGITS)}#{at}#{entry.happened.value}#{run}"


def _digits(value: int, count: int) -> str:
    return str(max(0, value)).zfill(count)
