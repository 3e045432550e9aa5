"""The port CheckpointStore in memory."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from threading import RLock

from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.sizes import ITEM_BYTES, record_too_large
from fsm_ports import (
    CheckpointStore,
    Commit,
    CommitResult,
    Committed,
    HistoryEntry,
    Instance,
    InstanceQuery,
    Mark,
    Page,
    PortError,
    PortRejected,
    Refused,
    Unreadable,
)
from fsm_ports.history_log import entry_of_commit, entry_of_mark
from fsm_ports.writes import Resume, Touch, committed, marked

SOURCE = "memory://"


class MemoryCheckpointStore(CheckpointStore):
    """Records in a dict; a record that DynamoDB would refuse for its size is refused here too.

    `keeps_history` is true where a log is given.
    """

    emits = False
    can_hold = False

    def __init__(self, history: MemoryHistoryLog | None = None, max_bytes: int = ITEM_BYTES) -> None:
        self.keeps_history = history is not None
        self._history, self._max_bytes = history, max_bytes
        self._records: dict[str, Instance | Unreadable] = {}
        self._lock = RLock()

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        with self._lock:
            return [self._commit(commit) for commit in commits]

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        with self._lock:
            return [self._mark(mark) for mark in marks]

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        with self._lock:
            return [self._read(correlation_id) for correlation_id in correlation_ids]

    def find(self, query: InstanceQuery) -> Page | PortError:
        """Pages by correlation id, which never changes; the cursor is the last one given."""
        with self._lock:
            records = [r for r in self._records.values() if isinstance(r, Instance) and _matches(r, query)]
        found = heapq.nsmallest(query.limit + 1, records, key=lambda record: record.correlation_id)
        page = tuple(found[: query.limit])
        return Page(page, page[-1].correlation_id if len(found) > len(page) > 0 else None)

    def damage(self, correlation_id: str, text: str = "{") -> None:
        """Puts a text that cannot be decoded in the record's place, as a fault might: for tests."""
        with self._lock:
            self._records[correlation_id] = Unreadable(text, "damaged")

    def _read(self, correlation_id: str) -> Instance | None | PortRejected:
        found = self._records.get(correlation_id)
        return PortRejected(f"record: {found.reason}", SOURCE) if isinstance(found, Unreadable) else found

    def _commit(self, commit: Commit) -> CommitResult:
        found = self._read(commit.instance.correlation_id)
        if isinstance(found, PortRejected):
            return found
        after = committed(found, commit)
        if after is None:
            return Refused(found)
        return self._write(after, entry_of_commit(commit, after) if self._history else None, message=True)

    def _mark(self, mark: Mark) -> CommitResult:
        found = self._read(mark.correlation_id)
        if isinstance(found, PortRejected):
            return found
        after = marked(found, mark)
        if after is None:
            return Refused(found)
        entry = entry_of_mark(mark, after) if self._history else None
        return self._write(after, entry, message=isinstance(mark, Resume | Touch))

    def _write(self, after: Instance, entry: HistoryEntry | None, *, message: bool) -> CommitResult:
        refusal = record_too_large(after, self._max_bytes, SOURCE) or self._tell(entry)
        if refusal is not None:
            return refusal
        self._records[after.correlation_id] = after
        if message:
            self._emit(after)
        return Committed(after)

    def _tell(self, entry: HistoryEntry | None) -> PortError | None:
        return self._history.append([entry])[0] if self._history is not None and entry is not None else None

    def _emit(self, record: Instance) -> None:
        """For a store that emits."""


def _matches(record: Instance, query: InstanceQuery) -> bool:
    return (
        (query.cursor is None or record.correlation_id > query.cursor)
        and query.machine in (None, record.machine)
        and query.status in (None, record.status)
        and query.state in (None, record.state)
        and (query.started_since is None or record.started_at >= query.started_since)
        and (query.updated_before is None or record.updated_at <= query.updated_before)
    )
