"""The failover policies keep the contracts of the ports that they stand for, with and without their primary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest

from fsm_adapters.memory import (
    MemoryCheckpointStore,
    MemoryContainerRunner,
    MemoryEnvironmentStore,
    MemoryHistoryLog,
    MemoryLockCache,
)
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import (
    CheckpointStoreContract,
    ContainerRunnerContract,
    ContainerSubject,
    EnvironmentStoreContract,
    EnvironmentSubject,
    LockCacheContract,
    LockSubject,
    StoreSubject,
)
from fsm_domain.failover.checkpoint_store import SECONDARY_HOME, HomedCheckpointStore
from fsm_domain.failover.container_runner import FailoverContainerRunner
from fsm_domain.failover.environment_store import FailoverEnvironmentStore
from fsm_domain.failover.lock_cache import FailoverLockCache
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.errors import PortError, PortRejected, PortUnavailable
from fsm_ports.lock_cache import LockCache
from fsm_ports.results import Committed, LeaseResult
from fsm_ports.writes import Abort, Commit
from tests.unit.fsm_domain.failover.roads import instance


class DownLockCache(LockCache):
    """Answers nobody."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return [PortUnavailable("refused")] * len(keys)

    def release(self, keys: Collection[str], owner: str) -> None:
        pass


class TestFailoverLockCache(LockCacheContract):
    adapter = FailoverLockCache

    @pytest.fixture(params=["primary", "secondary"])
    def subject(self, request: pytest.FixtureRequest) -> LockSubject:
        clock = VirtualClock()
        alive = MemoryLockCache(clock)
        caches = {"primary": (alive, DownLockCache()), "secondary": (DownLockCache(), alive)}
        return LockSubject(clock=clock, lock=FailoverLockCache(clock, *caches[request.param]))


class ReadOnlyEnvironmentStore(MemoryEnvironmentStore):
    """Answers that it knows nothing."""

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        return PortUnavailable("throttled")


class TestFailoverEnvironmentStore(EnvironmentStoreContract):
    """Of a store that cannot be asked at all nobody knows what it holds, so the other one takes no writes here."""

    adapter = FailoverEnvironmentStore

    @pytest.fixture(params=["primary", "secondary"])
    def subject(self, request: pytest.FixtureRequest) -> EnvironmentSubject:
        clock = VirtualClock()
        alive, read_only = MemoryEnvironmentStore(clock), ReadOnlyEnvironmentStore(clock)
        stores = {"primary": (alive, read_only), "secondary": (read_only, alive)}
        return EnvironmentSubject(clock=clock, store=FailoverEnvironmentStore(clock, *stores[request.param]))


class DownContainerRunner(ContainerRunner):
    """Answers nobody; notes who asked."""

    def __init__(self, error: PortError) -> None:
        self.error, self.asked = error, list[ContainerTask]()

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        self.asked.append(task)
        return self.error


class TestFailoverContainerRunner(ContainerRunnerContract):
    adapter = FailoverContainerRunner

    @pytest.fixture(params=["primary", "secondary"])
    def subject(self, request: pytest.FixtureRequest) -> ContainerSubject:
        clock, alive, down = VirtualClock(), MemoryContainerRunner(), DownContainerRunner(PortUnavailable("refused"))
        runners = {"primary": (alive, down), "secondary": (down, alive)}
        runner = FailoverContainerRunner(clock, *runners[request.param])
        return ContainerSubject(clock=clock, runner=runner, started=lambda: alive.tasks)


class TestHomedCheckpointStore(CheckpointStoreContract):
    adapter = HomedCheckpointStore

    @pytest.fixture
    def subject(self) -> StoreSubject:
        history = MemoryHistoryLog()
        primary, secondary = MemoryCheckpointStore(history), MemoryCheckpointStore(history)
        store = HomedCheckpointStore(primary, secondary)
        return StoreSubject(
            clock=VirtualClock(), store=store, damage=primary.damage, max_bytes=409_600, history=history
        )


def homed() -> tuple[HomedCheckpointStore, MemoryCheckpointStore, MemoryCheckpointStore]:
    primary, secondary = MemoryCheckpointStore(), MemoryCheckpointStore()
    return HomedCheckpointStore(primary, secondary), primary, secondary


def test_a_record_is_written_to_its_home_alone_and_found_without_naming_it() -> None:
    store, primary, secondary = homed()
    record = instance()._replace(step=0, home=SECONDARY_HOME)
    assert store.commit([Commit(record)]) == [Committed(record)]
    assert primary.read(["id"]) == [None]
    assert secondary.read(["id"]) == store.read(["id"]) == store.read(["id"], [SECONDARY_HOME]) == [record]
    (aborted,) = store.mark([Abort("id", "enough", 1.0, SECONDARY_HOME)])
    assert isinstance(aborted, Committed)


def test_a_batch_goes_to_several_homes_and_answers_in_order() -> None:
    store, primary, secondary = homed()
    records = [
        instance()._replace(step=0, correlation_id=f"i{n}", home=SECONDARY_HOME if n % 2 else "") for n in range(4)
    ]
    assert store.commit([Commit(record) for record in records]) == [Committed(record) for record in records]
    assert primary.read(["i0", "i1"]) == [records[0], None]
    assert secondary.read(["i0", "i1"]) == [None, records[1]]


def test_find_pages_through_both_homes() -> None:
    store, _, _ = homed()
    for n in range(6):
        home = SECONDARY_HOME if n % 2 else ""
        store.commit([Commit(instance()._replace(step=0, correlation_id=f"i{n}", home=home))])
    found: list[str] = []
    query = InstanceQuery(limit=2)
    while True:
        page = store.find(query)
        assert not isinstance(page, PortError)
        found += [record.correlation_id for record in page.instances]
        if page.cursor is None:
            break
        query = query._replace(cursor=page.cursor)
    assert sorted(found) == [f"i{n}" for n in range(6)]


def test_an_unknown_home_is_rejected() -> None:
    store, _, _ = homed()
    (result,) = store.commit([Commit(instance()._replace(step=0, home="moon"))])
    assert isinstance(result, PortRejected)
    assert isinstance(store.find(InstanceQuery(cursor="moon/1")), PortRejected)
