"""How a commit is written to the table ``instance``: in one statement where it is the usual one."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from fsm_adapters.sqlite.delivery_rules import ready_at
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.rows import COLUMNS, Row, found, record_row
from fsm_ports import Commit, CommitResult, Committed, Instance, PortError, Refused
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
    still_held: str
    """A later link of a chain: the record is held long enough already, and whoever takes that away takes the claim as
    well.  Naming `ready_at`, even unchanged, would make SQLite write its index again; so would naming the status."""
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
        still_held=_LINK + tail + _IF + " AND claim = ?",
        same_status={False: step + _LET_GO + _IF, True: step + _IF},
        new_status={False: step + _LET_GO + ", status = ?" + _IF, True: step + ", status = ?" + _IF},
        replace={False: whole + _LET_GO + of_one, True: whole + of_one},
    )


class Committing:
    """Its functions are for `SqliteFile.run` and `SqliteFile.write`."""

    def __init__(self, file: SqliteFile) -> None:
        self._held, self._tells = file.held, file.history
        self._statements = _statements(history=file.history)

    def commit(self, db: sqlite3.Connection, commit: Commit) -> CommitResult:
        """The commit, whatever it meets; for a transaction."""
        if commit.instance.step == 0 and not commit.adopts:
            return self._told(db, self._create(db, commit), commit)
        stepped = None if commit.taken or commit.note or commit.adopts else self.step(db, commit)
        if stepped is not None:
            return stepped
        before = found(db, commit.instance.correlation_id)
        if isinstance(before, PortError):
            return before
        if before is None and commit.adopts:
            return self._told(db, self._create(db, commit), commit)
        after = committed(before, commit)
        if after is None:
            return Refused(before)
        due = ready_at(after, commit.hold_until)
        keeps_claim = commit.hold_until > 0 and due is not None
        db.execute(self._statements.replace[keeps_claim], (*record_row(after), due, after.correlation_id))
        return self._told(db, Committed(after), commit)

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
        condition = (after.correlation_id, after.step - 1, commit.expected._value_)
        if keeps_claim and after.status is commit.expected and self._is_still_held(db, after, due, written + condition):
            return Committed(after)
        if after.status is not commit.expected:
            statement = self._statements.new_status[keeps_claim]
            cursor = db.execute(statement, (*written, due, after.status.value, *condition))
        else:
            cursor = db.execute(self._statements.same_status[keeps_claim], (*written, due, *condition))
        return Committed(after) if cursor.rowcount == 1 else None

    def _is_still_held(self, db: sqlite3.Connection, after: Instance, due: float | None, step: Row) -> bool:
        """The step took place, and left alone until when the record is held."""
        claim = self._held.get(after.correlation_id)
        if claim is None or due is None or due > claim.held_until:
            return False
        return db.execute(self._statements.still_held, (*step, claim.token)).rowcount == 1

    def _create(self, db: sqlite3.Connection, commit: Commit) -> CommitResult:
        after = commit.instance._replace(attempts=())
        if db.execute(self._statements.create, (*record_row(after), ready_at(after, commit.hold_until))).rowcount:
            return Committed(after)
        before = found(db, after.correlation_id)
        return before if isinstance(before, PortError) else Refused(before)

    def _told(self, db: sqlite3.Connection, result: CommitResult, commit: Commit) -> CommitResult:
        """What the triggers could not know of the entry that they wrote: the note, and that an adoption is no step."""
        if not self._tells or not isinstance(result, Committed):
            return result
        name, note = commit.instance.correlation_id, commit.note or commit.taken
        if note:
            db.execute(_NOTE, (note, name))
        if commit.adopts:
            db.execute(_ADOPTED, (name,))
        return result
