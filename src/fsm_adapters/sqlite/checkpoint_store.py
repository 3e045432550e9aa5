"""Checkpoint store on a SQLite file; the records are messages, too."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from fsm_adapters.sqlite.claim import RecordClaim
from fsm_adapters.sqlite.delivery_rules import Due, after_mark, ready_at
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.find import find
from fsm_adapters.sqlite.rows import COLUMNS, Row, extra_of, found, record_row, tell
from fsm_ports import (
    CheckpointStore,
    Commit,
    CommitResult,
    Committed,
    Instance,
    InstanceQuery,
    Mark,
    Page,
    PortError,
    Refused,
)
from fsm_ports.history_log import Happened, entry_of_mark
from fsm_ports.writes import committed, marked

_CREATE: Final = (
    f"INSERT INTO instance ({', '.join(COLUMNS)}, ready_at, received) VALUES ({'?, ' * len(COLUMNS)}?, 0)"
    " ON CONFLICT (correlation_id) DO NOTHING"
)
_STEP: Final = (
    "UPDATE instance SET machine = ?, definition = ?, step = ?, state = ?, event = ?, context = ?, data = ?,"
    " retries = ?, work = ?, run_id = ?, position = ?, not_before = ?, deadline = ?, home = ?, started_at = ?,"
    " updated_at = ?, error = ?"
)
_DUE_AT: Final = ", ready_at = ?"
_IF: Final = " WHERE correlation_id = ? AND step = ? AND status = ? AND paused = 0 AND extra IS NULL"
_LET_GO: Final = ", received = 0, claim = NULL"
# By whether the writer goes on with the record, and so keeps its claim.  Naming the status, even unchanged, would make
# SQLite write its index again.
_SAME_STATUS: Final = {False: _STEP + _DUE_AT + _LET_GO + _IF, True: _STEP + _DUE_AT + _IF}
_NEW_STATUS: Final = {
    False: _STEP + _DUE_AT + _LET_GO + ", status = ?" + _IF,
    True: _STEP + _DUE_AT + ", status = ?" + _IF,
}
# A later link of a chain: the record is held long enough already, and whoever takes that away takes the claim as well.
# Naming `ready_at` would write the index of what is ready again: a sixth of the whole commit.
_STILL_HELD: Final = _STEP + _IF + " AND claim = ?"
_WHOLE: Final = f"UPDATE instance SET {', '.join(f'{name} = ?' for name in COLUMNS)}, ready_at = ?"
_REPLACE: Final = {
    False: _WHOLE + _LET_GO + " WHERE correlation_id = ?",
    True: _WHOLE + " WHERE correlation_id = ?",
}
_NOTE: Final = "UPDATE history SET note = ? WHERE id = (SELECT tail FROM instance WHERE correlation_id = ?)"
_ADOPTED: Final = (
    f"UPDATE history SET happened = '{Happened.ADOPTED.value}'"
    " WHERE id = (SELECT tail FROM instance WHERE correlation_id = ?)"
)
_DUE: Final = "SELECT ready_at, received, claim FROM instance WHERE correlation_id = ?"
_MARK: Final = (
    "UPDATE instance SET status = ?, paused = ?, position = ?, updated_at = ?, error = ?, extra = ?,"
    " ready_at = ?, received = ?, claim = ? WHERE correlation_id = ?"
)


class SqliteCheckpointStore(CheckpointStore):
    """The table ``instance``.

    A commit makes a running record deliverable (`SqliteRecordBus`), a waiting one at its deadline, or at once where an
    event lies in its inbox; with ``emits=False`` nobody polls the records, because messages travel elsewhere.  Commits
    and marks write their history (`SqliteHistoryLog`) in the same transaction, unless the file was opened with
    ``history=False``.
    """

    def __init__(self, file: SqliteFile, *, emits: bool = True) -> None:
        self._file = file
        self.emits = self.can_hold = emits
        self.keeps_history = file.history

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        results = [self._alone(commits[0])] if len(commits) == 1 else self._file.write_each(commits, self._commit)
        for commit, result in zip(commits, results, strict=True):
            claim = self._file.held.get(commit.instance.correlation_id)
            if claim is not None and isinstance(result, Committed):
                claim.is_past = True
                due = ready_at(result.instance, commit.hold_until) if commit.hold_until else None
                # What is held longer already, by an earlier link or by the worker's heartbeat, stays so.
                claim.held_until = 0.0 if due is None else max(due, claim.held_until)
                if not commit.hold_until:
                    self._file.held.pop(commit.instance.correlation_id, None)
        return results

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._file.write_each(marks, self._mark)

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return [self._file.run(found, correlation_id) for correlation_id in correlation_ids]

    def find(self, query: InstanceQuery) -> Page | PortError:
        return self._file.run(find, query)

    def _alone(self, commit: Commit) -> CommitResult:
        # One statement is a transaction by itself, at two thirds of the price.
        if not commit.taken and not commit.note and commit.instance.step and not commit.adopts:
            stepped = self._file.run(self._step, commit)
            if stepped is not None:
                return stepped
        return self._file.write(self._commit, commit)

    def _commit(self, db: sqlite3.Connection, commit: Commit) -> CommitResult:
        """The commit, whatever it meets; for a transaction."""
        if commit.instance.step == 0 and not commit.adopts:
            return _create(db, commit)
        stepped = None if commit.taken or commit.note or commit.adopts else self._step(db, commit)
        if stepped is not None:
            return stepped
        before = found(db, commit.instance.correlation_id)
        if isinstance(before, PortError):
            return before
        if before is None and commit.adopts:
            return _told(db, _create(db, commit), commit)
        after = committed(before, commit)
        if after is None:
            return Refused(before)
        due = ready_at(after, commit.hold_until)
        keeps_claim = commit.hold_until > 0 and due is not None
        db.execute(_REPLACE[keeps_claim], (*record_row(after), due, after.correlation_id))
        note = commit.note or commit.taken
        if note:
            db.execute(_NOTE, (note, after.correlation_id))
        return _told(db, Committed(after), commit)

    def _step(self, db: sqlite3.Connection, commit: Commit) -> Committed | None:
        """The usual commit, in one statement; None where it does not apply, or where there is more to a record."""
        after = commit.instance
        if after.paused or after.attempts or after.inbox or after.seen:
            after = after._replace(paused=False, attempts=(), inbox=(), seen=())
        due = ready_at(after, commit.hold_until)
        keeps_claim = commit.hold_until > 0 and due is not None
        content = (
            after.machine, after.definition, after.step, after.state, after.event, after.context, after.data,
            after.retries, after.work, after.run_id, after.position, after.not_before, after.deadline, after.home,
            after.started_at, after.updated_at, after.error,
        )  # fmt: skip
        condition = (after.correlation_id, after.step - 1, commit.expected.value)
        if commit.hold_until > 0 and after.status is commit.expected and due is not None:
            claim = self._file.held.get(after.correlation_id)
            if claim is not None and due <= claim.held_until and _still_holds(db, claim, content + condition):
                return Committed(after)
        written = (*content, due)
        if after.status is commit.expected:
            cursor = db.execute(_SAME_STATUS[keeps_claim], written + condition)
        else:
            cursor = db.execute(_NEW_STATUS[keeps_claim], (*written, after.status.value, *condition))
        return Committed(after) if cursor.rowcount == 1 else None

    def _mark(self, db: sqlite3.Connection, mark: Mark) -> CommitResult:
        before = found(db, mark.correlation_id)
        if isinstance(before, PortError):
            return before
        after = marked(before, mark)
        if after is None:
            return Refused(before)
        due = after_mark(mark, after, Due(*db.execute(_DUE, (mark.correlation_id,)).fetchone()))
        db.execute(
            _MARK,
            (
                after.status.value, int(after.paused), after.position, after.updated_at, after.error, extra_of(after),
                *due, mark.correlation_id,
            ),
        )  # fmt: skip
        entry = entry_of_mark(mark, after)
        if entry is not None and self._file.history:
            tell(db, entry)
        return Committed(after)


def _still_holds(db: sqlite3.Connection, claim: RecordClaim, step: Row) -> bool:
    """The step of a chain took place, and left alone until when the record is held."""
    return db.execute(_STILL_HELD, (*step, claim.token)).rowcount == 1


def _told(db: sqlite3.Connection, result: CommitResult, commit: Commit) -> CommitResult:
    """The triggers took an adoption for a start, or for a step."""
    if commit.adopts and isinstance(result, Committed):
        db.execute(_ADOPTED, (commit.instance.correlation_id,))
    return result


def _create(db: sqlite3.Connection, commit: Commit) -> CommitResult:
    after = commit.instance._replace(attempts=())
    if db.execute(_CREATE, (*record_row(after), ready_at(after, commit.hold_until))).rowcount:
        return Committed(after)
    before = found(db, after.correlation_id)
    return before if isinstance(before, PortError) else Refused(before)
