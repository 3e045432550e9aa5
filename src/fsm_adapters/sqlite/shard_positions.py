"""Shard positions on a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from fsm_adapters._shards.positions import ShardLease, ShardPositions, ShardState
from fsm_adapters.sqlite.file import SqliteFile
from fsm_ports import Busy, PortError, PortRejected, Sent

_JOIN: Final = """
    INSERT INTO shard_reader (stream, owner, until) VALUES (?, ?, ?)
    ON CONFLICT (stream, owner) DO UPDATE SET until = excluded.until
"""
_FORGET_READERS: Final = "DELETE FROM shard_reader WHERE until <= ?"
_READERS: Final = "SELECT owner FROM shard_reader WHERE stream = ?"
_LEAVE: Final = "DELETE FROM shard_reader WHERE stream = ? AND owner = ?"
_STATES: Final = "SELECT shard, owner, until, fence, position, finished FROM shard WHERE stream = ?"
_STATE: Final = f"{_STATES} AND shard = ?"
_ACQUIRE: Final = """
    INSERT INTO shard (stream, shard, owner, until, fence, position, finished) VALUES (?, ?, ?, ?, ?, NULL, 0)
    ON CONFLICT (stream, shard) DO UPDATE SET owner = excluded.owner, until = excluded.until, fence = excluded.fence
"""
_STORE: Final = """
    UPDATE shard SET position = ?, finished = max(finished, ?)
    WHERE stream = ? AND shard = ? AND owner = ? AND fence = ?
"""
_RELEASE: Final = "UPDATE shard SET owner = '', until = 0 WHERE stream = ? AND shard = ? AND owner = ?"


class _Wish(NamedTuple):
    stream: str
    shard: str
    owner: str
    until: float
    now: float


class SqliteShardPositions(ShardPositions):
    """The tables ``shard`` and ``shard_reader``.  Time is that of the file's clock."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def join(self, stream: str, owner: str, until: float) -> frozenset[str] | PortError:
        return self._file.write(_join, _Wish(stream, "", owner, until, self._file.clock.now()))

    def leave(self, stream: str, owner: str) -> None:
        self._file.run(lambda db, reader: db.execute(_LEAVE, reader), (stream, owner))

    def look(self, stream: str, shards: Sequence[str]) -> Mapping[str, ShardState] | PortError:
        found = self._file.run(_look, stream)
        if isinstance(found, PortError):
            return found
        return {shard: found[shard] for shard in shards if shard in found}

    def acquire(self, stream: str, shard: str, owner: str, until: float) -> ShardLease | Busy | PortError:
        return self._file.write(_acquire, _Wish(stream, shard, owner, until, self._file.clock.now()))

    def store(
        self, stream: str, shard: str, owner: str, fence: int, position: str | None, *, finished: bool = False
    ) -> Sent:
        row = (position, finished, stream, shard, owner, fence)
        written = self._file.run(lambda db, values: db.execute(_STORE, values).rowcount, row)
        if isinstance(written, PortError):
            return written
        return None if written else PortRejected(f"{shard} is another reader's", self._file.source)

    def release(self, stream: str, shards: Sequence[str], owner: str) -> None:
        rows = [(stream, shard, owner) for shard in shards]
        self._file.write_each(rows, lambda db, row: db.execute(_RELEASE, row).rowcount)


def _join(db: sqlite3.Connection, wish: _Wish) -> frozenset[str]:
    db.execute(_FORGET_READERS, (wish.now,))
    db.execute(_JOIN, (wish.stream, wish.owner, wish.until))
    return frozenset(owner for (owner,) in db.execute(_READERS, (wish.stream,)))


def _look(db: sqlite3.Connection, stream: str) -> dict[str, ShardState]:
    return {row[0]: _state(row) for row in db.execute(_STATES, (stream,))}


def _acquire(db: sqlite3.Connection, wish: _Wish) -> ShardLease | Busy:
    row = db.execute(_STATE, (wish.stream, wish.shard)).fetchone()
    state = ShardState("", 0.0, 0) if row is None else _state(row)
    if state.owner not in {"", wish.owner} and state.until > wish.now:
        return Busy(state.until)
    fence = state.fence + (state.owner != wish.owner)
    db.execute(_ACQUIRE, (wish.stream, wish.shard, wish.owner, wish.until, fence))
    return ShardLease(fence, state.position, state.finished, taken_over=state.owner not in {"", wish.owner})


def _state(row: tuple[str, str, float, int, str | None, int]) -> ShardState:
    _, owner, until, fence, position, finished = row
    return ShardState(owner, until, fence, position, bool(finished))
