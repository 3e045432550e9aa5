"""Without faults the chaos wrappers keep the contracts of the adapters that they wrap."""

from __future__ import annotations

import pytest

from fsm_adapters.chaos import (
    Chaos,
    ChaosCheckpointStore,
    ChaosContainerRunner,
    ChaosEnvironmentStore,
    ChaosEventBus,
    ChaosHistoryLog,
    ChaosLockCache,
    ChaosMessageSource,
    ChaosRetryScheduler,
)
from fsm_adapters.memory import (
    MemoryCheckpointStore,
    MemoryContainerRunner,
    MemoryEnvironmentStore,
    MemoryHistoryLog,
    MemoryLockCache,
    MemoryQueue,
    MemoryRetryTable,
    MemoryStream,
    MemoryTable,
)
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import (
    CheckpointStoreContract,
    ContainerRunnerContract,
    ContainerSubject,
    EnvironmentStoreContract,
    EnvironmentSubject,
    EventBusContract,
    HistoryLogContract,
    HistorySubject,
    LockCacheContract,
    LockSubject,
    MessageSourceContract,
    RetrySchedulerContract,
    RetrySubject,
    RoadSubject,
    StoreSubject,
)

ITEM_BYTES = 409_600
"""The largest record that the memory stores take."""


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def calm() -> Chaos:
    return Chaos(SeededRandom(1))


class TestChaosEventBus(EventBusContract):
    adapter = ChaosEventBus

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> RoadSubject:
        stream = MemoryStream(clock)
        return RoadSubject(clock=clock, bus=ChaosEventBus(stream, calm), source=stream)


class TestChaosRetryScheduler(RetrySchedulerContract):
    adapter = ChaosRetryScheduler

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> RetrySubject:
        table = MemoryRetryTable(clock)
        return RetrySubject(clock=clock, bus=ChaosRetryScheduler(table, calm), source=table, alone=True)


class TestChaosMessageSource(MessageSourceContract):
    adapter = ChaosMessageSource

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> RoadSubject:
        queue = MemoryQueue(clock)
        return RoadSubject(clock=clock, bus=queue, source=ChaosMessageSource(queue, calm))


class TestChaosCheckpointStore(CheckpointStoreContract):
    adapter = ChaosCheckpointStore

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> StoreSubject:
        store = MemoryCheckpointStore()
        return StoreSubject(
            clock=clock, store=ChaosCheckpointStore(store, calm), damage=store.damage, max_bytes=ITEM_BYTES
        )


class TestChaosOverAStoreThatEmitsAndKeepsHistory(CheckpointStoreContract):
    adapter = ChaosCheckpointStore

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> StoreSubject:
        history, stream = MemoryHistoryLog(), MemoryStream(clock)
        table = MemoryTable(stream, history)
        store = ChaosCheckpointStore(table, calm)
        return StoreSubject(
            clock=clock, store=store, damage=table.damage, max_bytes=ITEM_BYTES, history=history, source=stream
        )


class TestChaosLockCache(LockCacheContract):
    adapter = ChaosLockCache

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> LockSubject:
        return LockSubject(clock=clock, lock=ChaosLockCache(MemoryLockCache(clock), calm))


class TestChaosHistoryLog(HistoryLogContract):
    adapter = ChaosHistoryLog

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> HistorySubject:
        return HistorySubject(clock=clock, log=ChaosHistoryLog(MemoryHistoryLog(), calm))


class TestChaosEnvironmentStore(EnvironmentStoreContract):
    adapter = ChaosEnvironmentStore

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> EnvironmentSubject:
        return EnvironmentSubject(clock=clock, store=ChaosEnvironmentStore(MemoryEnvironmentStore(clock), calm))


class TestChaosContainerRunner(ContainerRunnerContract):
    adapter = ChaosContainerRunner

    @pytest.fixture
    def subject(self, clock: VirtualClock, calm: Chaos) -> ContainerSubject:
        runner = MemoryContainerRunner()
        return ContainerSubject(clock=clock, runner=ChaosContainerRunner(runner, calm), started=lambda: runner.tasks)
