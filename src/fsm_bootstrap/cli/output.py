"""Data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fsm_ports.history_log import HistoryEntry
    from fsm_ports.instance import Instance

Row: TypeAlias = Mapping[str, object]


class Format(StrEnum):
    """How data is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


def say(line: str) -> None:
    """To the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def put(line: str) -> None:
    """Data, for whoever reads on."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def put_one(row: Row, form: Format) -> None:
    """One thing: its fields below each other, or one JSON object."""
    if form is not Format.TEXT:
        put(_json(row, indent=2 if form is Format.JSON else None))
        return
    width = max(map(len, row), default=0)
    for name, value in row.items():
        if value is not None and value is not False and value != "":
            put(f"{name:<{width}}  {_text(value)}")


def put_table(rows: Sequence[Row], form: Format, columns: Sequence[str]) -> None:
    """Many things: a table with these columns, a JSON array, or a JSON object a line."""
    if form is Format.JSON:
        put(_json(list(rows), indent=2))
    elif form is Format.JSONL:
        for row in rows:
            put(_json(row))
    elif rows:
        put_columns([[column.upper() for column in columns], *cells(rows, columns)])


def cells(rows: Sequence[Row], columns: Sequence[str]) -> list[list[str]]:
    """These columns of the rows, as text."""
    return [[_text(row[column]) for column in columns] for row in rows]


def put_columns(lines: Sequence[Sequence[str]], at_least: Sequence[int] = ()) -> Sequence[int]:
    """Lines of text below each other, each column as wide as its widest cell; returns these widths."""
    widest = [max(map(len, column)) for column in zip(*lines, strict=True)]
    widths = [max(pair) for pair in zip(widest, at_least, strict=True)] if at_least else widest
    for line in lines:
        put("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    return widths


def instance_row(instance: Instance) -> Row:
    """What a person wants to know of a machine instance, but for its context."""
    return {
        "id": instance.correlation_id,
        "machine": instance.machine,
        "status": instance.status.value,
        "paused": instance.paused,
        "state": instance.state,
        "step": instance.step,
        "retries": instance.retries,
        "started": when(instance.started_at),
        "updated": when(instance.updated_at),
        "error": instance.error,
    }


def instance_detail(instance: Instance) -> Row:
    """All that its record holds."""
    return {
        **instance_row(instance),
        "event": instance.event,
        "not_before": when(instance.not_before) if instance.not_before else None,
        "deadline": when(instance.deadline) if instance.deadline else None,
        "inbox": [event.name for event in instance.inbox] or None,
        "context": parsed(instance.context),
    }


def entry_row(entry: HistoryEntry) -> Row:
    """One thing that happened."""
    return {
        "at": when(entry.at),
        "step": entry.step,
        "happened": entry.happened.value,
        "state": entry.state,
        "event": entry.event,
        "status": entry.status.value,
        "retries": entry.retries,
        "note": entry.note,
        "context": parsed(entry.context),
    }


def when(seconds: float) -> str:
    """Epoch seconds as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parsed(text: str | None) -> object:
    """JSON text as what it means; as it stands where it is none."""
    if text is None:
        return None
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    return " | ".join(value.splitlines()) if isinstance(value, str) else _json(value)


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False)
