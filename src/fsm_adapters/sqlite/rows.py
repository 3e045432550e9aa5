"""Records and history entries as rows of the file, and back."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final, TypeAlias

from fsm_ports import Attempt, Happened, HistoryEntry, InboxEvent, Instance, PortRejected, Status
from fsm_ports.instance import resume_position

Row: TypeAlias = tuple[Any, ...]
"""As SQLite gives it; the table is STRICT, so each column has its declared type."""

COLUMNS: Final = (
    "machine", "correlation_id", "definition", "step", "status", "paused", "state", "event", "context", "data",
    "retries", "work", "run_id", "position", "not_before", "deadline", "home", "started_at", "updated_at", "error",
    "extra",
)  # fmt: skip
"""The columns of a record, as `record_row` gives and `record_of` takes them."""

MESSAGE: Final = (
    "machine, correlation_id, definition, step, status, state, event, context, data, retries, work, run_id, position,"
    " not_before, deadline, home, started_at, updated_at, received"
)
"""The columns of a record that is delivered, as `message_of` takes them."""

ENTRY: Final = "correlation_id, step, at, happened, machine, state, event, status, retries, run_id, note, context"
"""The columns of a history entry, as `entry_row` gives and `entry_of` takes them."""

_STATUS: Final = {status.value: status for status in Status}
_FIND: Final = f"SELECT {', '.join(COLUMNS)} FROM instance WHERE correlation_id = ?"
_TELL: Final = f"INSERT INTO history (loose, {ENTRY}) VALUES (1{', ?' * 12})"
_DAMAGED: Final = (KeyError, TypeError, ValueError, OverflowError, RecursionError)


def record_row(record: Instance) -> Row:
    """The record as the values of `COLUMNS`."""
    return (
        record.machine, record.correlation_id, record.definition, record.step, record.status.value, int(record.paused),
        record.state, record.event, record.context, record.data, record.retries, record.work, record.run_id,
        record.position, record.not_before, record.deadline, record.home, record.started_at, record.updated_at,
        record.error, extra_of(record),
    )  # fmt: skip


def extra_of(record: Instance) -> str | None:
    """Attempts, inbox and seen ids as JSON text; None where there are none, as on the usual path."""
    if not (record.attempts or record.inbox or record.seen):
        return None
    return json.dumps([record.attempts, record.inbox, record.seen], separators=(",", ":"))


def record_of(row: Row) -> Instance | PortRejected:
    """The record that the values of `COLUMNS` are."""
    try:
        status = _STATUS[row[4]]
        attempts, inbox, seen = _extra(row[20]) if row[20] else ((), (), ())
    except _DAMAGED as reason:
        return PortRejected(f"the record of {row[1]} cannot be decoded: {reason!r}")
    (
        machine, correlation_id, definition, step, _, paused, state, event, context, data, retries, work, run_id,
        position, not_before, deadline, home, started_at, updated_at, error, _,
    ) = row  # fmt: skip
    return Instance(
        machine, correlation_id, definition, step, status, paused != 0, state, event, context, data, retries, attempts,
        work, run_id, position, not_before, deadline, inbox, seen, home, started_at, updated_at, error,
    )  # fmt: skip


def message_of(row: Row) -> Instance:
    """The record that the values of `MESSAGE` are, as a message; raises KeyError where it cannot be decoded."""
    (
        machine, correlation_id, definition, step, status, state, event, context, data, retries, work, run_id, position,
        not_before, deadline, home, started_at, updated_at, _,
    ) = row  # fmt: skip
    if position and position != resume_position(step):
        position = ""  # as `as_message` has it
    return Instance(
        machine, correlation_id, definition, step, _STATUS[status], False, state, event, context, data, retries, (),
        work, run_id, position, not_before, deadline, (), (), home, started_at, updated_at,
    )  # fmt: skip


def found(db: sqlite3.Connection, correlation_id: str) -> Instance | None | PortRejected:
    """The record there is."""
    row: Row | None = db.execute(_FIND, (correlation_id,)).fetchone()
    return None if row is None else record_of(row)


def tell(db: sqlite3.Connection, entry: HistoryEntry) -> None:
    """Write an entry that no commit writes by itself."""
    db.execute(_TELL, entry_row(entry))


def entry_row(entry: HistoryEntry) -> Row:
    """The entry as the values of `ENTRY`."""
    return (*entry[:3], entry.happened.value, *entry[4:7], entry.status.value, *entry[8:])


def entry_of(row: Row) -> HistoryEntry:
    """The entry that the values of `ENTRY` are; raises ValueError where it cannot be decoded."""
    correlation_id, step, at, happened, machine, state, event, status, retries, run_id, note, context = row
    return HistoryEntry(
        correlation_id, step, at, Happened(happened), machine, state, event, Status(status), retries, run_id, note,
        context,
    )  # fmt: skip


def _extra(text: str) -> tuple[tuple[Attempt, ...], tuple[InboxEvent, ...], tuple[str, ...]]:
    attempts, inbox, seen = json.loads(text)
    return tuple(Attempt(*a) for a in attempts), tuple(InboxEvent(*e) for e in inbox), tuple(seen)
