"""The memory adapters keep the contracts of their ports: all but the roads."""

from __future__ import annotations

import pytest

from fsm_adapters.memory import (
    MemoryCheckpointStore,
    MemoryContainerRunner,
    MemoryEnvironmentStore,
    MemoryHistoryLog,
    MemoryLockCache,
    MemoryMetrics,
    MemoryStream,
    MemoryTable,
)
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import (
    CheckpointStoreContract,
    ContainerRunnerContract,
    ContainerSubject,
    EnvironmentStoreContract,
    EnvironmentSubject,
    HistoryLogContract,
    HistorySubject,
    LockCacheContract,
    LockSubject,
    Measured,
    MetricsSinkContract,
    MetricsSubject,
    StoreSubject,
)

ITEM_BYTES = 409_600


class TestMemoryCheckpointStore(CheckpointStoreContract):
    adapter = MemoryCheckpointStore

    @pytest.fixture
    def subject(self) -> StoreSubject:
        store = MemoryCheckpointStore()
        return StoreSubject(clock=VirtualClock(), store=store, damage=store.damage, max_bytes=ITEM_BYTES)


class TestMemoryCheckpointStoreWithHistory(CheckpointStoreContract):
    adapter = MemoryCheckpointStore

    @pytest.fixture
    def subject(self) -> StoreSubject:
        history = MemoryHistoryLog()
        store = MemoryCheckpointStore(history)
        return StoreSubject(
            clock=VirtualClock(), store=store, damage=store.damage, max_bytes=ITEM_BYTES, history=history
        )


class TestMemoryTable(CheckpointStoreContract):
    adapter = MemoryTable

    @pytest.fixture
    def subject(self) -> StoreSubject:
        clock, history = VirtualClock(), MemoryHistoryLog()
        stream = MemoryStream(clock)
        table = MemoryTable(stream, history)
        return StoreSubject(
            clock=clock, store=table, damage=table.damage, max_bytes=ITEM_BYTES, history=history, source=stream
        )


class TestMemoryLockCache(LockCacheContract):
    adapter = MemoryLockCache

    @pytest.fixture
    def subject(self) -> LockSubject:
        clock = VirtualClock()
        return LockSubject(clock=clock, lock=MemoryLockCache(clock))

    def test_fence_grows_however_many_leases_have_come_and_gone(self, subject: LockSubject) -> None:
        first = self._lease(subject, "k", "alice")
        for number in range(5000):
            subject.lock.acquire([f"other-{number}"], "alice", subject.clock.now() + 1)
            subject.pass_time(0.01)
        assert self._lease(subject, "k", "bob").fence > first.fence


class TestMemoryHistoryLog(HistoryLogContract):
    adapter = MemoryHistoryLog

    @pytest.fixture
    def subject(self) -> HistorySubject:
        return HistorySubject(clock=VirtualClock(), log=MemoryHistoryLog())


class TestMemoryEnvironmentStore(EnvironmentStoreContract):
    adapter = MemoryEnvironmentStore

    @pytest.fixture
    def subject(self) -> EnvironmentSubject:
        clock = VirtualClock()
        return EnvironmentSubject(clock=clock, store=MemoryEnvironmentStore(clock))


class TestMemoryMetrics(MetricsSinkContract):
    adapter = MemoryMetrics

    @pytest.fixture
    def subject(self) -> MetricsSubject:
        sink = MemoryMetrics()
        return MetricsSubject(sink=sink, handed_on=lambda: [Measured(*figure) for figure in sink.flushed])


class TestMemoryContainerRunner(ContainerRunnerContract):
    adapter = MemoryContainerRunner

    @pytest.fixture
    def subject(self) -> ContainerSubject:
        runner = MemoryContainerRunner()
        return ContainerSubject(clock=VirtualClock(), runner=runner, started=lambda: runner.tasks)
