"""What a service counts: bytes of UTF-8, not characters."""

from __future__ import annotations

from typing import Final

from fsm_ports import HistoryEntry, Instance, PortRejected

ITEM_BYTES: Final = 409_600
"""DynamoDB takes items of 400 KB at most."""

_NUMBERS: Final = 200
"""Bytes that the numbers and flags of a record take, about."""


def too_large(texts: tuple[str | None, ...], limit: int, source: str) -> PortRejected | None:
    """A rejection, if the texts together take more bytes than the limit."""
    characters = 0
    for text in texts:
        if text:
            characters += len(text)
    if characters * 4 <= limit:  # no character takes more than four bytes, so nothing has to be encoded to know
        return None
    size = sum(len(text.encode()) for text in texts if text)
    return PortRejected(f"{size} bytes are more than {limit}", source) if size > limit else None


def record_too_large(record: Instance, limit: int, source: str) -> PortRejected | None:
    """A rejection, if the record is more than an item of a table can hold."""
    kept: tuple[str | None, ...] = (
        record.machine, record.correlation_id, record.definition, record.state, record.event, record.context,
        record.data, record.run_id, record.position, record.home, record.error,
    )  # fmt: skip
    if record.inbox or record.seen or record.attempts:
        events = tuple(text for event in record.inbox for text in event)
        kept = (*kept, *events, *record.seen, *(attempt.run_id for attempt in record.attempts))
    return too_large(kept, limit - _NUMBERS, source)


def entry_too_large(entry: HistoryEntry, limit: int, source: str) -> PortRejected | None:
    """A rejection, if the history entry is more than an item of a table can hold."""
    kept = (entry.correlation_id, entry.machine, entry.state, entry.event, entry.run_id, entry.note, entry.context)
    return too_large(kept, limit - _NUMBERS, source)
