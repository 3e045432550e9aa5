"""How a commit is written to the table ``instance``: in one statement where it is the usual one."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from fsm_adapters.sqlite.delivery_rules import ready_at
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.rows import COLUMNS, found, record_row
from fsm_ports import Commit, CommitResult, Committed, PortError, Refused
from fsm_ports.history_log import Happened
from fsm_ports.writes import committed

_LINK: Final = (
    "UPDATE instance SET machine = ?, definition = ?, step = ?, state = ?, event = ?, context = ?, data = ?,"
    " retries = ?, work = ?, run_id = ?, position = ?, not_before = ?, deadline = ?, home = ?, started_at = ?,"
    " updated_at = ?, error = ?"
)
_IF: Final = " WHERE correlation_id = ? AND step = ? AND status = ? AND paused = 0 AND extra IS NULL"
_LET_GO: Final = ", received = 0, claim = NULL"
_WHOLE: Final = f"UPDATE instance SET {', '.join(f'{name} = ?' for name in COLUMNS)}, ready_at = ?"
_NOTE: Final = "UPDATE history SET note = ? WHERE id = (SELECT tail FROM instance WHERE correlation_id = ?)"
_ADOPTED: Final = (
    f"UPDATE history SET happened = '{Happened.ADOPTED.value}'"
    " WHERE id = (SELECT tail FROM instance WHERE correlation_id = ?)"
)
_NEXT_ENTRY: Final = "(SELECT ifnull(max(id), 0) + 1 FROM history)"
"""The id under which the trigger will write the step's history."""


class _Statements(NamedTuple):
    """By whether the writer goes on with the record, and so keeps its claim."""

    create: str
    in_place: str
    """Between two links of a chain the record stays where it lies among those that are ready.  Naming `ready_at`, even
    unchanged, would make SQLite write its index again; so would naming the status."""
    same_status: dict[bool, str]
    new_status: dict[bool, str]
    replace: dict[bool, str]


def _statements(*, history: bool) -> _Statements:
    tail = f", tail = {_NEXT_ENTRY}" if history else ""
    step, whole = f"{_LINK}{tail}, ready_at = ?", _WHOLE + tail
    of_one = " WHERE correlation_id = ?"
    return _Statements(
        create=(
            f"INSERT INTO instance ({', '.join(COLUMNS)}, ready_at, received, tail) VALUES ({'?, ' * len(COLUMNS)}?, 0,"
            f" {_NEXT_ENTRY if history else 'NULL'}) ON CONFLICT (correlation_id) DO NOTHING"
        ),
        in_place=_LINK + tail + _IF,
        same_status={False: step + _LET_GO + _IF, True: step + _IF},
        new_status={False: step + _LET_GO + ", status = ?" + _IF, True: step + ", status = ?" + _IF},
        replace={False: whole + _LET_GO + of_one, True: whole + of_one},
    )


class Committing:
    """Its functions are for `SqliteFile.run` and `SqliteFile.write`."""

    def __init__(self, file: SqliteFile) -> None:
        self._held = file.held
        self._statements = _statements(history=file.history)

    def commit(self, db: sqlite3.Connection, commit: Commit) -> CommitResult:
        """The commit, whatever it meets; for a transaction."""
        if commit.instance.step == 0 and not commit.adopts:
            return self._create(db, commit)
        stepped = None if commit.taken or commit.note or commit.adopts else self.step(db, commit)
        if stepped is not None:
            return stepped
        before = found(db, commit.instance.correlation_id)
        if isinstance(before, PortError):
            return before
        if before is None and commit.adopts:
            return _told(db, self._create(db, commit), commit)
        after = committed(before, commit)
        if after is None:
            return Refused(before)
        due = ready_at(after, commit.hold_until)
        keeps_claim = commit.hold_until > 0 and due is not None
        db.execute(self._statements.replace[keeps_claim], (*record_row(after), due, after.correlation_id))
        note = commit.note or commit.taken
        if note:
            db.execute(_NOTE, (note, after.correlation_id))
        return _told(db, Committed(after), commit)

    def step(self, db: sqlite3.Connection, commit: Commit) -> Committed | None:
        """The usual commit, in one statement; None where it does not apply, or where there is more to a record."""
        after = commit.instance
        if after.paused or after.attempts or after.inbox or after.seen:
            after = after._replace(paused=False, attempts=(), inbox=(), seen=())
        due = ready_at(after, commit.hold_until)
        keeps_claim = commit.hold_until > 0 and due is not None
        written = (
            after.machine, after.definition, after.step, after.state, after.event, after.context, after.data,
            after.retries, after.work, after.run_id, after.position, after.not_before, after.deadline, after.home,
            after.started_at, after.updated_at, after.error,
        )  # fmt: skip
        condition = (after.correlation_id, after.step - 1, commit.expected.value)
        if after.status is not commit.expected:
            cursor = db.execute(
                self._statements.new_status[keeps_claim], (*written, due, after.status.value, *condition)
            )
        elif keeps_claim and self._lies_there(after.correlation_id, due):
            cursor = db.execute(self._statements.in_place, written + condition)
        else:
            cursor = db.execute(self._statements.same_status[keeps_claim], (*written, due, *condition))
        return Committed(after) if cursor.rowcount == 1 else None

    def _lies_there(self, correlation_id: str, due: float | None) -> bool:
        """The record is to come again when this process has last said so."""
        claim = self._held.get(correlation_id)
        return claim is not None and claim.ready_at == due

    def _create(self, db: sqlite3.Connection, commit: Commit) -> CommitResult:
        after = commit.instance._replace(attempts=())
        if db.execute(self._statements.create, (*record_row(after), ready_at(after, commit.hold_until))).rowcount:
            return Committed(after)
        before = found(db, after.correlation_id)
        return before if isinstance(before, PortError) else Refused(before)


def _told(db: sqlite3.Connection, result: CommitResult, commit: Commit) -> CommitResult:
    """The triggers took an adoption for a start, or for a step."""
    if commit.adopts and isinstance(result, Committed):
        db.execute(_ADOPTED, (commit.instance.correlation_id,))
    return result
