"""History log on a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.rows import ENTRY, Row, entry_of, tell
from fsm_ports import HistoryEntry, HistoryLog, PortError, PortRejected, Sent
from fsm_ports.history_log import COMMITS

_OF_STEP: Final = "SELECT 1 FROM history WHERE loose = 1 AND correlation_id = ? AND step = ?"
_SAME_COMMIT: Final = f"{_OF_STEP} AND happened IN ({', '.join(repr(kind.value) for kind in COMMITS)})"
_SAME: Final = f"{_OF_STEP} AND happened = ? AND at = ? AND run_id = ?"
# The commits' entries are a chain, newest first; it is followed back as far as is asked for.
_READ: Final = f"""
    WITH RECURSIVE chain (id, prev, step, at) AS (
        SELECT h.id, h.prev, h.step, h.at FROM instance JOIN history AS h ON h.id = instance.tail
        WHERE instance.correlation_id = ?1 AND h.step > ?2
        UNION ALL
        SELECT h.id, h.prev, h.step, h.at FROM chain JOIN history AS h ON h.id = chain.prev
        WHERE h.step > ?2
    ), entries (id, step, at) AS (
        SELECT id, step, at FROM chain
        UNION ALL
        SELECT id, step, at FROM history WHERE loose = 1 AND correlation_id = ?1 AND step > ?2
    )
    SELECT {ENTRY} FROM history WHERE id IN (SELECT id FROM entries ORDER BY step, at, id LIMIT ?3)
    ORDER BY step, at, id
"""


class SqliteHistoryLog(HistoryLog):
    """The table ``history``: what commits and marks on the file have written, and what was appended."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        return self._file.write_each(entries, _append)

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        return self._file.run(_read, (correlation_id, after_step, limit))


def _append(db: sqlite3.Connection, entry: HistoryEntry) -> Sent:
    if entry.happened in COMMITS:
        known = db.execute(_SAME_COMMIT, (entry.correlation_id, entry.step)).fetchone()
    else:
        of = (entry.correlation_id, entry.step, entry.happened.value, entry.at, entry.run_id)
        known = db.execute(_SAME, of).fetchone()
    if known is None:
        tell(db, entry)
    return None


def _read(db: sqlite3.Connection, asked: tuple[str, int, int]) -> Sequence[HistoryEntry] | PortError:
    rows: list[Row] = db.execute(_READ, asked).fetchall()
    try:
        return [entry_of(row) for row in rows]
    except ValueError as error:
        return PortRejected(f"the history of {asked[0]} cannot be decoded: {error}")
