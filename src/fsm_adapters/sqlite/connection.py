"""One connection to a file, ready to use."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final, Literal, NamedTuple

from fsm_adapters.sqlite.errors import misconfigured, primary_code
from fsm_adapters.sqlite.schema import HISTORY_TRIGGERS, is_current, prepare
from fsm_ports.errors import PortMisconfigured

OLDEST: Final = (3, 37, 0)
"""The SQLite that knows RETURNING and STRICT."""


class Options(NamedTuple):
    """How connections are opened."""

    path: Path
    source: str
    synchronous: Literal["NORMAL", "FULL"]
    history: bool
    busy_timeout: float
    """Seconds that a statement waits for another process's transaction."""
    row_bytes: int
    """Bytes of the longest text and row."""


class Connection:
    """A connection, and the tokens of the claims made through it.

    Closed when it is dropped: a thread's connection ends with its thread.
    """

    __slots__ = ("_claims", "_holder", "db")

    def __init__(self, options: Options, holder: str) -> None:
        self.db = _open(options)
        self._holder, self._claims = holder, 0

    def token(self) -> str:
        """A claim token that nobody else has."""
        self._claims += 1
        return f"{self._holder}.{self._claims}"

    def close(self) -> None:
        """May be repeated."""
        self.db.close()

    def __del__(self) -> None:
        if hasattr(self, "db"):
            self.db.close()


def _open(options: Options) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST:
        raise PortMisconfigured(
            f"{options.source}: this Python has SQLite {sqlite3.sqlite_version}; {'.'.join(map(str, OLDEST))} is needed"
        )
    if options.path.is_dir():
        raise PortMisconfigured(f"{options.source}: it is a folder: name a file in it")
    try:
        options.path.parent.mkdir(parents=True, exist_ok=True)
        # Each thread has its own; that another may close it is for the end of a thread.
        db = sqlite3.connect(
            options.path, options.busy_timeout, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except OSError as error:
        raise PortMisconfigured(f"{options.source}: its folder cannot be made ({error}): name another") from error
    except sqlite3.Error as error:
        raise misconfigured(error, options.source) from error
    try:
        _set_up(db, options)
    except sqlite3.Error as error:
        db.close()
        raise misconfigured(error, options.source) from error
    except PortMisconfigured:
        db.close()
        raise
    return db


def _set_up(db: sqlite3.Connection, options: Options) -> None:
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, options.row_bytes)
    is_current(db, options.source)  # before anything is changed in a file that is not ours
    _switch_to_wal(db, options.source)
    # A checkpoint writes a page once, however often it was logged: fewer checkpoints write less.
    for pragma in (f"synchronous = {options.synchronous}", "temp_store = MEMORY", "wal_autocheckpoint = 4000"):
        db.execute(f"PRAGMA {pragma}")
    prepare(db, options.source)
    # Fails here and now where the file can be read, but not written.
    db.execute("BEGIN IMMEDIATE")
    db.execute("ROLLBACK")
    for trigger in HISTORY_TRIGGERS if options.history else ():
        db.execute(trigger)


def _switch_to_wal(db: sqlite3.Connection, source: str) -> None:
    mode: str = db.execute("PRAGMA journal_mode").fetchone()[0]
    if mode == "wal":
        return
    # Two processes that make one file at one moment: SQLite answers "locked" to one of them without waiting; the empty
    # transaction does wait, and by its end the other has switched.
    for _ in range(100):
        try:
            mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY:
                raise
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    else:
        mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise PortMisconfigured(f"{source}: its file system cannot bear SQLite's WAL: name a file on a local disk")
