"""Back ends that keep less than they promise: a lock that falls apart, a store whose reads are late."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from fsm_adapters.memory import MemoryLockCache
from fsm_bootstrap.simulation.kernel import Kernel
from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance
from fsm_ports.lock_cache import LockCache
from fsm_ports.results import CommitResult, Committed, LeaseResult
from fsm_ports.writes import Commit, Mark


class SplitLock(LockCache):
    """Two servers of one lock; all ask the first, until the network falls apart."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._halves = MemoryLockCache(kernel.clock), MemoryLockCache(kernel.clock)
        kernel.forgetful += [half.forget for half in self._halves]

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return self._half.acquire(keys, owner, until)

    def release(self, keys: Collection[str], owner: str) -> None:
        self._half.release(keys, owner)

    @property
    def _half(self) -> MemoryLockCache:
        return self._halves[self._kernel.faults.split and self._kernel.half]


class _Version(NamedTuple):
    at: float
    record: Instance


class LaggingStore(CheckpointStore):
    """Conditions see the latest write; what is only read may be some seconds old, as from a replica."""

    def __init__(self, kernel: Kernel, store: CheckpointStore) -> None:
        self._kernel, self._store = kernel, store
        self.emits, self.can_hold, self.keeps_history = store.emits, store.can_hold, store.keeps_history
        self._versions: dict[str, list[_Version]] = defaultdict(list)

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return self._noted(self._store.commit(commits))

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._noted(self._store.mark(marks))

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        found = self._store.read(correlation_ids, homes)
        return [self._as_of_late(one) if isinstance(one, Instance) else one for one in found]

    def find(self, query: InstanceQuery) -> Page | PortError:
        page = self._store.find(query)
        if isinstance(page, PortError):
            return page
        late = (self._as_of_late(one) for one in page.instances)
        return page._replace(instances=tuple(one for one in late if one is not None))

    def _noted(self, results: Sequence[CommitResult]) -> Sequence[CommitResult]:
        for result in results:
            if isinstance(result, Committed):
                version = _Version(self._kernel.now, result.instance)
                self._versions[result.instance.correlation_id].append(version)
        return results

    def _as_of_late(self, found: Instance) -> Instance | None:
        if not self._kernel.faults.lag:
            return found
        when = self._kernel.now - self._kernel.random.uniform(0.0, self._kernel.faults.lag)
        versions = self._versions[found.correlation_id]
        behind = bisect_right(versions, when, key=lambda version: version.at)
        self._kernel.faulted["lag"] += behind < len(versions)
        return versions[behind - 1].record if behind else None
