"""What the parts of the suite of the port CheckpointStore share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from fsm_contract import samples
from fsm_contract.road import discard
from fsm_contract.suite import Suite, Timed
from fsm_ports import (
    CheckpointStore,
    Commit,
    CommitResult,
    Committed,
    HistoryEntry,
    HistoryLog,
    Instance,
    Mark,
    MessageSource,
    PortError,
    Refused,
    Unreadable,
)


@dataclass(frozen=True, kw_only=True)
class StoreSubject(Timed):
    """A checkpoint store, and where its effects show."""

    store: CheckpointStore
    damage: Callable[[str], None]
    """Makes the record of this correlation id one that cannot be decoded."""
    source: MessageSource | None = None
    """Delivers the records of a store that emits; None: the store does not emit."""
    history: HistoryLog | None = None
    """Where a store that keeps the history keeps it; None: the store does not."""
    another: Callable[[], CheckpointStore] | None = None
    """A second handle on the same records, such as another process has; None: there is but the one."""
    max_bytes: int | None = None
    """A record with a context of so many bytes is too large; None: no test makes one that is."""

    def elsewhere(self) -> CheckpointStore:
        return self.another() if self.another is not None else self.store

    def emitted(self) -> list[Instance]:
        """The records that the store has delivered since it was last asked, as messages."""
        deliveries = [] if self.source is None else discard(self.source, self)
        return [d.message for d in deliveries if not isinstance(d.message, Unreadable)]

    def told(self, correlation_id: str) -> Sequence[HistoryEntry]:
        """The history that the store has written of a machine instance."""
        entries = () if self.history is None else self.history.read(correlation_id)
        assert not isinstance(entries, PortError)
        return entries


class StoreSuite(Suite):
    """Part of `CheckpointStoreContract`: what its tests do all the time."""

    @pytest.fixture
    def subject(self) -> StoreSubject:
        raise NotImplementedError("override the fixture `subject`")

    def put(self, subject: StoreSubject, instance: Instance) -> Instance:
        """The record, brought to its step by commits; what that emits is gone, and nobody waits for it."""
        found: Instance | None = None
        for commit in samples.steps_to(instance):
            found = done(self.commit(subject, commit))
        subject.emitted()
        assert found is not None
        return found

    def running(self, subject: StoreSubject, correlation_id: str = "a", step: int = 1) -> Instance:
        return self.put(subject, samples.record(correlation_id, subject.clock.now(), step))

    def next(self, found: Instance, run_id: str = "") -> Instance:
        """What a worker makes of a record."""
        after = samples.record(found.correlation_id, found.updated_at + 0.5, found.step + 1)
        return after._replace(run_id=run_id or after.run_id, started_at=found.started_at)

    def commit(self, subject: StoreSubject, commit: Commit) -> CommitResult:
        (result,) = subject.store.commit([commit])
        return result

    def mark(self, subject: StoreSubject, mark: Mark) -> CommitResult:
        (result,) = subject.store.mark([mark])
        return result

    def read(self, subject: StoreSubject, correlation_id: str = "a") -> Instance | None:
        (found,) = subject.store.read([correlation_id])
        assert not isinstance(found, PortError)
        return found


def done(result: CommitResult) -> Instance:
    assert isinstance(result, Committed)
    return result.instance


def refused(result: CommitResult) -> Instance | None:
    assert isinstance(result, Refused)
    return result.found
