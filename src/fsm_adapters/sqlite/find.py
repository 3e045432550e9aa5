"""Finding records."""

from __future__ import annotations

import sqlite3
from typing import Final

from fsm_adapters.sqlite.rows import COLUMNS, Row, record_of
from fsm_ports import Instance, InstanceQuery, Page

_SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM instance WHERE correlation_id > ?"


def find(db: sqlite3.Connection, query: InstanceQuery) -> Page:
    """The next records that match, by correlation id, which is the cursor."""
    conditions: list[tuple[str, str | float | None]] = [
        ("machine = ?", query.machine),
        ("status = ?", query.status and query.status.value),
        ("state = ?", query.state),
        ("started_at >= ?", query.started_since),
        ("updated_at <= ?", query.updated_before),
    ]
    given = [(text, value) for text, value in conditions if value is not None]
    sql = " AND ".join([_SELECT, *(text for text, _ in given)]) + " ORDER BY correlation_id LIMIT ?"
    limit = max(query.limit, 1)
    # One more than asked for tells whether this is the last page.
    parameters = (query.cursor or "", *(value for _, value in given), limit + 1)
    rows: list[Row] = db.execute(sql, parameters).fetchall()
    records = [record_of(row) for row in rows[:limit]]
    cursor: str | None = rows[limit - 1][1] if len(rows) > limit else None
    return Page(tuple(record for record in records if isinstance(record, Instance)), cursor)
