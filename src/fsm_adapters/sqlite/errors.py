"""What a failure of SQLite means to a caller, in one place."""

from __future__ import annotations

import sqlite3
from typing import Final

from fsm_ports.errors import OutcomeUnknown, PortError, PortMisconfigured, PortRejected, PortUnavailable

TRANSLATED: Final = (sqlite3.Error, OverflowError, UnicodeError, PortMisconfigured)
"""All that a call of SQLite raises for what is in the data or on the disk.  OverflowError: a number beyond 64 bits or a
text beyond 2 GB.  UnicodeError: a text with half a surrogate pair.  PortMisconfigured: a further connection that could
not be opened."""

_ITEM: Final = frozenset({sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH})

_REMEDY: Final = {
    sqlite3.SQLITE_BUSY: "another process has locked it: end that process, or wait for it",
    sqlite3.SQLITE_LOCKED: "another process has locked it: end that process, or wait for it",
    sqlite3.SQLITE_READONLY: "it cannot be written: grant write permission on the file and its folder, or name another",
    sqlite3.SQLITE_PERM: "it cannot be written: grant write permission on the file and its folder, or name another",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check the permissions of the file and its folder, or name another",
    sqlite3.SQLITE_NOTADB: "it is no SQLite database: name another file",
    sqlite3.SQLITE_CORRUPT: "it is damaged: restore a copy of it, or name another file",
    sqlite3.SQLITE_FULL: "the disk is full: make room",
}


def translated(error: Exception, source: str) -> PortError:
    """The answer that a port gives for an error out of `TRANSLATED`.

    SQLite rolls back what fails, so nothing happened; but after an I/O error at a commit the log may hold it all the
    same, and a recovery after a crash would find it.
    """
    if isinstance(error, OverflowError | UnicodeError):
        return PortRejected("a number or a text that SQLite cannot hold", source)
    code = primary_code(error)
    if code in _ITEM or isinstance(error, sqlite3.DataError | sqlite3.IntegrityError):
        return PortRejected(str(error), source)
    if code == sqlite3.SQLITE_IOERR:
        return OutcomeUnknown(str(error), source)
    return PortUnavailable(str(error), "" if isinstance(error, PortMisconfigured) else source)


def misconfigured(error: Exception, source: str) -> PortMisconfigured:
    """What opening a file raises, with the remedy."""
    remedy = _REMEDY.get(primary_code(error), "check the file, or name another")
    return PortMisconfigured(f"{source}: {remedy} ({error})")


def primary_code(error: Exception) -> int:
    """SQLite's result code without its extension; -1 where SQLite was not asked."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else -1
