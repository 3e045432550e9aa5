"""The Kinesis adapters keep the contracts of their ports, on kinesalite and on ministack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.kinesis.event_bus import KinesisEventBus
from fsm_adapters.kinesis.history_log import KinesisHistoryLog
from fsm_adapters.kinesis.message_source import KinesisMessageSource
from fsm_adapters.kinesis.retry_scheduler import KinesisRetryScheduler
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import (
    EventBusContract,
    HistoryLogContract,
    HistorySubject,
    MessageSourceContract,
    RetrySchedulerContract,
    RetrySubject,
    RoadSubject,
)
from fsm_ports import Happened, HistoryEntry, Instance, Outgoing
from tests.backends.backend import Backend
from tests.contract.kinesis_streams import a_stream, shared_clients

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient

SOURCE = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"

UNIT = 0.2
"""Seconds.  The records' times are the server's, so a test must not take its clock 5 s ahead: they would look old."""


@pytest.fixture(params=["kinesalite", "ministack"])
def backend(request: pytest.FixtureRequest) -> Backend:
    found: Backend = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def client(backend: Backend) -> Callable[[], KinesisClient]:
    return shared_clients(backend).kinesis()


@pytest.fixture
def clock(backend: Backend) -> VirtualClock:
    return VirtualClock(backend.clock.now())


@pytest.fixture
def stream(client: Callable[[], KinesisClient]) -> Iterator[str]:
    """Of one shard: the suites look once for what is not to come."""
    with a_stream(client()) as name:
        yield name


@pytest.fixture
def source(client: Callable[[], KinesisClient], stream: str, clock: VirtualClock) -> KinesisMessageSource:
    return KinesisMessageSource(
        client, stream, source=SOURCE, positions=MemoryShardPositions(clock), clock=clock, random=SystemRandom(),
        rest=0.0, nack_wait=UNIT,
    )  # fmt: skip


class TestEventBus(EventBusContract):
    adapter = KinesisEventBus

    @pytest.fixture
    def subject(
        self, client: Callable[[], KinesisClient], stream: str, clock: VirtualClock, source: KinesisMessageSource
    ) -> RoadSubject:
        bus = KinesisEventBus(client, stream, source=SOURCE)
        return RoadSubject(bus=bus, source=source, clock=clock, unit=UNIT, nack_wait=UNIT)


class _OfRetries:
    @pytest.fixture
    def subject(
        self, client: Callable[[], KinesisClient], stream: str, clock: VirtualClock, source: KinesisMessageSource
    ) -> RetrySubject:
        bus = KinesisRetryScheduler(client, stream, source=SOURCE)
        return RetrySubject(bus=bus, source=source, clock=clock, unit=UNIT, nack_wait=UNIT)


class TestRetryScheduler(_OfRetries, RetrySchedulerContract):
    adapter = KinesisRetryScheduler


class TestMessageSource(_OfRetries, MessageSourceContract):
    adapter = KinesisMessageSource


class TestHistoryLog(HistoryLogContract):
    adapter = KinesisHistoryLog

    @pytest.fixture
    def subject(self, client: Callable[[], KinesisClient], stream: str, clock: VirtualClock) -> HistorySubject:
        bus = KinesisEventBus(client, stream, source=SOURCE)

        def happen(entry: HistoryEntry) -> None:
            assert list(bus.send([Outgoing(_message(entry))])) == [None]

        log = KinesisHistoryLog(client, stream, source=SOURCE, clock=clock)
        return HistorySubject(log=log, clock=clock, happen=happen, told=frozenset({Happened.STEP, Happened.EVENT}))


def _message(entry: HistoryEntry) -> Instance:
    """The message of a commit."""
    return Instance(
        entry.machine, entry.correlation_id, "d-1", entry.step, entry.status, False, entry.state, entry.event,
        entry.context, data="null" if entry.happened is Happened.EVENT else None, run_id=entry.run_id,
        updated_at=entry.at,
    )  # fmt: skip
