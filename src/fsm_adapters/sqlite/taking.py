"""Claiming rows: what receivers of records and of queued messages have in common."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from fsm_adapters.sqlite.rows import Row


class Taking(NamedTuple):
    """The statements that claim rows of one table, as `taking` makes them."""

    look: str
    """Whether each row that is due was handed out before."""
    one: str
    """The first row."""
    suspect: str
    """The first row that was handed out before."""
    clean: str
    """All rows, within the limit, that were not."""


class Wanted(NamedTuple):
    """Which rows a receiver wants, and how long it means to hold them."""

    where: tuple[str, ...]
    """Values of the table's own condition."""
    now: float
    limit: int
    until: float
    token: str
    suspect: bool
    """Of clean rows and suspects due together, it is the suspects' turn."""


class Taken(NamedTuple):
    """The rows that are claimed now."""

    rows: list[Row]
    mixed: bool = False
    """Clean rows and suspects were due together."""


def taking(table: str, due: str, where: str, columns: str) -> Taking:
    """The statements for a table that holds in `due` when a row may be claimed."""
    ready = f"FROM {table} WHERE {where} AND {due} <= ?"
    order = f"ORDER BY {due} LIMIT ?"

    def claim(is_among: str, kind: str) -> str:
        return (
            f"UPDATE {table} SET {due} = ?, received = received + 1, claim = ?"
            f" WHERE rowid {is_among} (SELECT rowid {ready} {kind} {order}) RETURNING {columns}"
        )

    # "=" takes the first row of the selection, and is cheaper than IN.
    return Taking(
        look=f"SELECT received {ready} {order}",
        one=claim("=", ""),
        suspect=claim("=", "AND received > 0"),
        clean=claim("IN", "AND received = 0"),
    )


def take(db: sqlite3.Connection, statements: Taking, wanted: Wanted) -> Taken:
    """Claim rows in one statement; a suspect, which was handed out before and not settled since, is claimed alone."""
    if wanted.limit == 1:
        return Taken(_claim(db, statements.one, wanted, 1))
    due = [received > 0 for (received,) in db.execute(statements.look, (*wanted.where, wanted.now, wanted.limit))]
    if not due:
        return Taken([])
    mixed = any(due) and not all(due)
    if all(due) or (mixed and wanted.suspect):
        return Taken(_claim(db, statements.suspect, wanted, 1), mixed)
    return Taken(_claim(db, statements.clean, wanted, wanted.limit), mixed)


def _claim(db: sqlite3.Connection, statement: str, wanted: Wanted, limit: int) -> list[Row]:
    return db.execute(statement, (wanted.until, wanted.token, *wanted.where, wanted.now, limit)).fetchall()
