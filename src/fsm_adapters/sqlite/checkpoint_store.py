"""Checkpoint store on a SQLite file; the records are messages, too."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from fsm_adapters.sqlite.committing import Committing
from fsm_adapters.sqlite.delivery_rules import Due, after_mark, ready_at
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.find import find
from fsm_adapters.sqlite.rows import extra_of, found, tell
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
from fsm_ports.history_log import entry_of_mark
from fsm_ports.writes import marked

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
        self._committing = Committing(file)
        self.emits = self.can_hold = emits
        self.keeps_history = file.history

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        if len(commits) == 1:
            results: Sequence[CommitResult] = [self._alone(commits[0])]
        else:
            results = self._file.write_each(commits, self._committing.commit)
        for commit, result in zip(commits, results, strict=True):
            if isinstance(result, Committed):
                self._moved_on(commit, result.instance)
        return results

    def _moved_on(self, commit: Commit, after: Instance) -> None:
        """The step that a claim was for is past; within a chain the claim goes on."""
        held = self._file.held
        claim = held.get(after.correlation_id)
        if claim is None:
            return
        claim.is_past = True
        due = ready_at(after, commit.hold_until) if commit.hold_until else None
        # What is held longer already, by an earlier link or by the worker's heartbeat, stays so.
        claim.held_until = 0.0 if due is None else max(due, claim.held_until)
        if not commit.hold_until:
            held.pop(after.correlation_id, None)

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._file.write_each(marks, self._mark)

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return [self._file.run(found, correlation_id) for correlation_id in correlation_ids]

    def find(self, query: InstanceQuery) -> Page | PortError:
        return self._file.run(find, query)

    def _alone(self, commit: Commit) -> CommitResult:
        # One statement is a transaction by itself, at two thirds of the price.
        if not commit.taken and not commit.note and commit.instance.step and not commit.adopts:
            stepped = self._file.run(self._committing.step, commit)
            if stepped is not None:
                return stepped
        return self._file.write(self._committing.commit, commit)

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
