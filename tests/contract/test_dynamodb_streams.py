"""The bus of a DynamoDB stream table, read by its stream, keeps the contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.event_bus import DynamoEventBus
from fsm_adapters.dynamodb.stream_source import DynamoStreamSource
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import EventBusContract, MessageSourceContract, RoadSubject
from tests.backends.backend import Backend
from tests.contract.kinesis_streams import shared_clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SOURCE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"

UNIT = 0.2
"""Seconds.  The records' times are the server's, so a test must not take its clock 5 s ahead: they would look old."""


@pytest.fixture
def backend(aws: Backend) -> Backend:
    return aws


@pytest.fixture
def client(backend: Backend) -> Callable[[], DynamoDBClient]:
    return shared_clients(backend).dynamodb()


@pytest.fixture
def table(client: Callable[[], DynamoDBClient]) -> Iterator[str]:
    name = f"stream-{uuid4().hex[:12]}"
    client().create_table(**schemas.STREAM.create_arguments(name))
    yield name
    client().delete_table(TableName=name)


@pytest.fixture
def subject(backend: Backend, client: Callable[[], DynamoDBClient], table: str) -> RoadSubject:
    clock = VirtualClock(backend.clock.now())
    source = DynamoStreamSource(
        shared_clients(backend).dynamodbstreams(), table, source=SOURCE, positions=MemoryShardPositions(clock),
        clock=clock, random=SystemRandom(), rest=0.0, nack_wait=UNIT,
    )  # fmt: skip
    bus = DynamoEventBus(client, table, source=SOURCE, clock=clock, random=SystemRandom())
    return RoadSubject(bus=bus, source=source, clock=clock, unit=UNIT, nack_wait=UNIT)


class TestEventBus(EventBusContract):
    adapter = DynamoEventBus

    @pytest.fixture
    def subject(self, subject: RoadSubject) -> RoadSubject:
        return subject


class TestMessageSource(MessageSourceContract):
    adapter = DynamoStreamSource

    @pytest.fixture
    def subject(self, subject: RoadSubject) -> RoadSubject:
        return subject
