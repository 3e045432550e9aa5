"""The tables of a file, their version, and whether a file has them."""

from __future__ import annotations

import sqlite3
from typing import Final

from fsm_ports.errors import PortMisconfigured

VERSION: Final = 2
"""Kept in the file as ``user_version``: of the tables below, it has those up to this number."""

APPLICATION: Final = 0x4C46534D
"""Kept in the file as ``application_id``: "LFSM"."""

_TABLES: Final = (
    # `extra` holds attempts, inbox and seen ids together, and is NULL on the usual path: each column costs time at
    # every step.  `ready_at` is when the record is deliverable as a message (NULL: never), `received` how often it was
    # since, `claim` who holds it.  `tail` is the newest history row that a commit wrote.
    """
    CREATE TABLE instance (
        machine TEXT NOT NULL, correlation_id TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, step INTEGER NOT NULL,
        status TEXT NOT NULL, paused INTEGER NOT NULL, state TEXT NOT NULL, event TEXT, context TEXT, data TEXT,
        retries INTEGER NOT NULL, work INTEGER NOT NULL, run_id TEXT NOT NULL, position TEXT NOT NULL,
        not_before REAL NOT NULL, deadline REAL NOT NULL, home TEXT NOT NULL, started_at REAL NOT NULL,
        updated_at REAL NOT NULL, error TEXT, extra TEXT,
        ready_at REAL, received INTEGER NOT NULL, claim TEXT, tail INTEGER
    ) STRICT
    """,
    # Paused records are left out: a claim would have to step over each of them.
    "CREATE INDEX instance_ready ON instance (ready_at, received) WHERE paused = 0 AND ready_at IS NOT NULL",
    # Not by updated_at, which every step would have to move.
    "CREATE INDEX instance_status ON instance (status, correlation_id)",
    # A commit's row goes to the end of the table and points to the one before (`prev`), so that a step of a long
    # history costs what an early one costs; an index would dirty one more page a step.  Rows that no commit wrote are
    # `loose`, and few enough to be indexed.
    """
    CREATE TABLE history (
        id INTEGER PRIMARY KEY, prev INTEGER, loose INTEGER NOT NULL,
        correlation_id TEXT NOT NULL, step INTEGER NOT NULL, at REAL NOT NULL, happened TEXT NOT NULL,
        machine TEXT NOT NULL, state TEXT NOT NULL, event TEXT, status TEXT NOT NULL, retries INTEGER NOT NULL,
        run_id TEXT NOT NULL, note TEXT, context TEXT
    ) STRICT
    """,
    "CREATE INDEX history_loose ON history (correlation_id, step) WHERE loose = 1",
    # AUTOINCREMENT: the number of a message that is gone is never given again.
    """
    CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, payload TEXT NOT NULL,
        visible_at REAL NOT NULL, received INTEGER NOT NULL, claim TEXT
    ) STRICT
    """,
    "CREATE INDEX message_visible ON message (queue, visible_at, received)",
    """
    CREATE TABLE lease (
        key TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL, fence INTEGER NOT NULL, forget_at REAL NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX lease_forget ON lease (forget_at)",
    """
    CREATE TABLE environment (
        key TEXT PRIMARY KEY, variables TEXT NOT NULL, expires_at REAL NOT NULL
    ) STRICT
    """,
    "CREATE INDEX environment_expires ON environment (expires_at)",
)

_SHARDS: Final = (
    # Positions of the readers of a sharded stream, and who they are.
    """
    CREATE TABLE shard (
        stream TEXT NOT NULL, shard TEXT NOT NULL, owner TEXT NOT NULL, until REAL NOT NULL, fence INTEGER NOT NULL,
        position TEXT, finished INTEGER NOT NULL, PRIMARY KEY (stream, shard)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE shard_reader (
        stream TEXT NOT NULL, owner TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (stream, owner)
    ) STRICT, WITHOUT ROWID
    """,
)

_BY_VERSION: Final = (_TABLES, _SHARDS)
"""What each version adds to the one before."""

_ENTRY = "id, prev, loose, correlation_id, step, at, happened, machine, state, event, status, retries, run_id, context"
_OF_NEW = "new.machine, new.state, new.event, new.status, new.retries, new.run_id, new.context); END"

HISTORY_TRIGGERS: Final = (
    # Temporary, so that each process decides for itself whether it keeps a history.  A trigger, because a statement of
    # its own, with a BEGIN and a COMMIT around the two, costs as much again as the commit.  The commit has chosen the
    # entry's id already, as the record's `tail`: to set that here would write the record twice.
    f"CREATE TEMP TRIGGER started AFTER INSERT ON instance BEGIN INSERT INTO history ({_ENTRY}) VALUES"
    f" (new.tail, NULL, 0, new.correlation_id, new.step, new.updated_at, 'started', {_OF_NEW}",
    f"CREATE TEMP TRIGGER advanced AFTER UPDATE OF step ON instance BEGIN INSERT INTO history ({_ENTRY}) VALUES"
    " (new.tail, old.tail, 0, new.correlation_id, new.step, new.updated_at,"
    f" CASE old.status WHEN 'waiting' THEN 'event' WHEN 'failed' THEN 'redriven' ELSE 'step' END, {_OF_NEW}",
)


def prepare(db: sqlite3.Connection, source: str) -> None:
    """Make sure that the file has the tables; raises as `is_current` does."""
    if is_current(db, source):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        if not _is_current(db, source):  # still: another process may have been faster
            version: int = db.execute("PRAGMA user_version").fetchone()[0]
            for statements in _BY_VERSION[version:]:
                for statement in statements:
                    db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def is_current(db: sqlite3.Connection, source: str) -> bool:
    """Whether the file has the tables; PortMisconfigured where it is another's, or newer than this code."""
    db.execute("BEGIN")  # one look: another process may be making the tables
    try:
        return _is_current(db, source)
    finally:
        db.execute("ROLLBACK")


def _is_current(db: sqlite3.Connection, source: str) -> bool:
    is_empty = db.execute("SELECT 1 FROM sqlite_master").fetchone() is None
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    application: int = db.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION:
        if version or application or not is_empty:
            raise PortMisconfigured(f"{source}: it is the database of another program: name a file of its own")
        return False
    if version > VERSION:
        raise PortMisconfigured(
            f"{source}: its schema version is {version}, this lambda-fsm knows {VERSION}:"
            " install a newer lambda-fsm, or name another file"
        )
    return version == VERSION
