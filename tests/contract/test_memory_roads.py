"""The memory adapters keep the contracts of their ports: buses, retry schedulers and sources."""

from __future__ import annotations

import pytest

from fsm_adapters.memory import MemoryQueue, MemoryRetryTable, MemoryStream, MemoryTable
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import (
    EventBusContract,
    MessageSourceContract,
    RetrySchedulerContract,
    RetrySubject,
    RoadSubject,
    Timed,
    admit_by_commits,
)


def a_queue(max_delay: float = 900.0) -> RetrySubject:
    clock = VirtualClock()
    queue = MemoryQueue(clock, max_delay=max_delay)
    return RetrySubject(clock=clock, bus=queue, source=queue)


def a_retry_table() -> RetrySubject:
    clock = VirtualClock()
    table = MemoryRetryTable(clock)
    return RetrySubject(clock=clock, bus=table, source=table, alone=True)


def a_stream() -> RoadSubject:
    clock = VirtualClock()
    stream = MemoryStream(clock)
    return RoadSubject(clock=clock, bus=stream, source=stream)


def a_table() -> RoadSubject:
    clock = VirtualClock()
    stream = MemoryStream(clock)
    table = MemoryTable(stream)
    admit = admit_by_commits(table, stream, Timed(clock=clock))
    return RoadSubject(clock=clock, bus=table, source=stream, admit=admit, of_records=True, carries_waiting=False)


class TestMemoryQueueAsRetryScheduler(RetrySchedulerContract):
    adapter = MemoryQueue

    @pytest.fixture
    def subject(self) -> RetrySubject:
        return a_queue()


class TestMemoryQueueThatHoldsNothing(RetrySchedulerContract):
    adapter = MemoryQueue

    @pytest.fixture
    def subject(self) -> RetrySubject:
        return a_queue(max_delay=0.0)


class TestMemoryQueueThatHoldsForever(RetrySchedulerContract):
    adapter = MemoryQueue

    @pytest.fixture
    def subject(self) -> RetrySubject:
        return a_queue(max_delay=float("inf"))


class TestMemoryQueueAsSource(MessageSourceContract):
    adapter = MemoryQueue

    @pytest.fixture
    def subject(self) -> RoadSubject:
        return a_queue()


class TestMemoryRetryTableAsRetryScheduler(RetrySchedulerContract):
    adapter = MemoryRetryTable

    @pytest.fixture
    def subject(self) -> RetrySubject:
        return a_retry_table()


class TestMemoryRetryTableAsSource(MessageSourceContract):
    adapter = MemoryRetryTable

    @pytest.fixture
    def subject(self) -> RoadSubject:
        return a_retry_table()


class TestMemoryStreamAsBus(EventBusContract):
    adapter = MemoryStream

    @pytest.fixture
    def subject(self) -> RoadSubject:
        return a_stream()


class TestMemoryStreamAsSource(MessageSourceContract):
    adapter = MemoryStream

    @pytest.fixture
    def subject(self) -> RoadSubject:
        return a_stream()


class TestMemoryTableAsBus(EventBusContract):
    adapter = MemoryTable

    @pytest.fixture
    def subject(self) -> RoadSubject:
        return a_table()
