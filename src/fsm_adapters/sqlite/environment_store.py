"""Container environments on a SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Final

from fsm_adapters.sqlite.file import SqliteFile
from fsm_ports import EnvironmentStore, PortError, PortRejected

_FORGET: Final = "DELETE FROM environment WHERE expires_at <= ?"
_PUT: Final = "INSERT OR REPLACE INTO environment (key, variables, expires_at) VALUES (?, ?, ?)"
_GET: Final = "SELECT variables FROM environment WHERE key = ? AND expires_at > ?"


class SqliteEnvironmentStore(EnvironmentStore):
    """The table ``environment``; an environment is forgotten when it expires."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        return self._file.write(self._put, (key, json.dumps(dict(environment)), expires_at))

    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        return self._file.run(_get, (key, self._file.clock.now()))

    def _put(self, db: sqlite3.Connection, row: tuple[str, str, float]) -> None:
        db.execute(_FORGET, (self._file.clock.now(),))
        db.execute(_PUT, row)


def _get(db: sqlite3.Connection, asked: tuple[str, float]) -> Mapping[str, str] | None | PortRejected:
    row: tuple[str] | None = db.execute(_GET, asked).fetchone()
    if row is None:
        return None
    try:
        variables: Mapping[str, str] = json.loads(row[0])
    except ValueError as error:
        return PortRejected(f"the environment of {asked[0]} cannot be decoded: {error}")
    return variables
