"""Lock cache on a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from fsm_adapters.sqlite.file import SqliteFile
from fsm_ports import Busy, Lease, LeaseResult, LockCache

MEMORY: Final = 86_400.0
"""Seconds for which a key's fence is remembered after the end of its last lease."""

_ACQUIRE: Final = """
    INSERT INTO lease (key, owner, until, fence, forget_at) VALUES (:key, :owner, :until, 1, :forget_at)
    ON CONFLICT (key) DO UPDATE SET
        fence = fence + (owner <> :owner), owner = :owner, until = :until, forget_at = :forget_at
    WHERE owner = :owner OR until <= :now
    RETURNING fence
"""
_UNTIL: Final = "SELECT until FROM lease WHERE key = ?"
_RELEASE: Final = "UPDATE lease SET until = 0 WHERE key = ? AND owner = ?"
_FORGET: Final = "DELETE FROM lease WHERE forget_at < ?"


class _Wish(NamedTuple):
    key: str
    owner: str
    until: float
    forget_at: float
    now: float


class SqliteLockCache(LockCache):
    """The table ``lease``.  Time is that of the file's clock; processes on one machine share it."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        now = self._file.clock.now()
        return self._file.write_each([_Wish(key, owner, until, until + MEMORY, now) for key in keys], _acquire)

    def release(self, keys: Collection[str], owner: str) -> None:
        self._file.write_each([(key, owner) for key in keys], _release)


def _acquire(db: sqlite3.Connection, wish: _Wish) -> LeaseResult:
    db.execute(_FORGET, (wish.now,))
    row: tuple[int] | None = db.execute(_ACQUIRE, wish._asdict()).fetchone()
    if row is not None:
        return Lease(row[0])
    (until,) = db.execute(_UNTIL, (wish.key,)).fetchone()
    return Busy(until)


def _release(db: sqlite3.Connection, held: tuple[str, str]) -> None:
    db.execute(_RELEASE, held)
