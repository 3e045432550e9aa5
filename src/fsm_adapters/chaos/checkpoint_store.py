"""Faults between the protocol and its records."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters.chaos.chaos import Chaos
from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit, Mark


class ChaosCheckpointStore(CheckpointStore):
    """A store that loses some writes, and some answers."""

    def __init__(self, store: CheckpointStore, chaos: Chaos) -> None:
        self.emits, self.can_hold, self.keeps_history = store.emits, store.can_hold, store.keeps_history
        self._store, self._chaos = store, chaos

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return self._chaos.each(commits, self._store.commit)

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._chaos.each(marks, self._store.mark)

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        def read(some: Sequence[int]) -> Sequence[Instance | None | PortError]:
            return self._store.read([correlation_ids[n] for n in some], [homes[n] for n in some] if homes else ())

        return self._chaos.each(range(len(correlation_ids)), read)

    def find(self, query: InstanceQuery) -> Page | PortError:
        return self._chaos.one(lambda: self._store.find(query))
