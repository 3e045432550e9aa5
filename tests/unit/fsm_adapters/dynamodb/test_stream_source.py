"""The stream of a table, beyond the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.event_bus import DynamoEventBus
from fsm_adapters.dynamodb.shard_positions import DynamoShardPositions
from fsm_adapters.dynamodb.stream_source import DynamoStreamSource
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import ACK, Delivery, Instance, Outgoing, PortError, PortUnavailable
from tests.backends.backend import Backend
from tests.contract.kinesis_streams import shared_clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

NOWHERE = AwsClients("us-east-1", endpoint_url="http://127.0.0.1:1", credentials=("test", "test"))


class Table:
    """A stream table, with the positions of its readers in a cache table."""

    def __init__(self, backend: Backend) -> None:
        self.client: Callable[[], DynamoDBClient] = shared_clients(backend).dynamodb()
        self.streams = shared_clients(backend).dynamodbstreams()
        self.clock = VirtualClock(backend.clock.now())
        self.name, self.cache = f"stream-{uuid4().hex[:8]}", f"cache-{uuid4().hex[:8]}"
        self.client().create_table(**schemas.STREAM.create_arguments(self.name))
        self.client().create_table(**schemas.CACHE.create_arguments(self.cache))
        self.bus = DynamoEventBus(self.client, self.name, source="table", clock=self.clock, random=SystemRandom())

    def worker(self, table: str = "") -> DynamoStreamSource:
        positions = DynamoShardPositions(self.client, self.cache, source="cache", clock=self.clock)
        return DynamoStreamSource(
            self.streams, table or self.name, source="table", positions=positions, clock=self.clock,
            random=SystemRandom(), rest=0.0,
        )  # fmt: skip

    def send(self, *steps: int) -> None:
        for step in steps:
            assert list(self.bus.send([Outgoing(samples.record("a", self.clock.now(), step))])) == [None]

    def receive(self, worker: DynamoStreamSource, limit: int = 100) -> list[Delivery]:
        batch = worker.receive(limit, self.clock.now() + 30)
        assert not isinstance(batch, PortError), batch
        return list(batch)

    def take(self, worker: DynamoStreamSource, limit: int = 100) -> list[int]:
        batch = self.receive(worker, limit)
        assert list(worker.settle(batch, [ACK] * len(batch))) == [None] * len(batch)
        return [d.message.step for d in batch if isinstance(d.message, Instance)]

    def close(self) -> None:
        for name in (self.name, self.cache):
            self.client().delete_table(TableName=name)


@pytest.fixture
def table(ministack: Backend) -> Iterator[Table]:
    made = Table(ministack)
    yield made
    made.close()


def test_every_version_of_an_item_is_a_message_of_its_own(table: Table) -> None:
    table.send(0, 1, 2)
    assert table.take(table.worker()) == [0, 1, 2]


def test_position_names_table_shard_and_sequence_number(table: Table) -> None:
    table.send(0)
    (delivery,) = table.receive(table.worker(f"arn:aws:dynamodb:us-east-1:000000000000:table/{table.name}"))
    kind, name, shard, number = delivery.position.split(":")
    assert (kind, name) == ("dynamodb", table.name)
    assert shard.startswith("shardId-")
    assert number.isdecimal()


def test_removed_and_foreign_items_are_passed_over(table: Table) -> None:
    table.send(0)
    table.client().delete_item(TableName=table.name, Key={"correlation_id": {"S": "a"}})
    table.client().put_item(TableName=table.name, Item={"correlation_id": {"S": "note"}, "text": {"S": "foreign"}})
    table.send(1)
    assert table.take(table.worker(), 2) == [0, 1]


def test_successor_goes_on_from_the_stored_position(table: Table) -> None:
    table.send(0, 1, 2)
    dead = table.worker()
    assert table.take(dead, 2) == [0, 1]
    (held,) = table.receive(dead)
    heir = table.worker()
    assert table.receive(heir) == []
    table.clock.advance(60)
    assert [(d.position, d.maybe_died) for d in table.receive(heir)] == [(held.position, True)]


def test_reader_that_closes_hands_over_at_once(table: Table) -> None:
    table.send(0, 1)
    first = table.worker()
    assert table.take(first, 1) == [0]
    first.close()
    assert table.take(table.worker()) == [1]


def test_table_without_a_stream_delivers_nothing(table: Table) -> None:
    assert table.receive(table.worker(table.cache)) == []


def test_service_that_is_down_is_an_error_value(table: Table) -> None:
    nowhere = NOWHERE.dynamodbstreams()
    positions = DynamoShardPositions(table.client, table.cache, source="cache", clock=table.clock)
    source = DynamoStreamSource(
        nowhere, table.name, source="table", positions=positions, clock=table.clock, random=SystemRandom()
    )
    assert isinstance(source.receive(10, table.clock.now() + 30), PortUnavailable)


def test_positions_that_are_down_are_an_error_value(table: Table) -> None:
    nowhere = DynamoShardPositions(NOWHERE.dynamodb(), table.cache, source="cache", clock=table.clock)
    source = DynamoStreamSource(
        table.streams, table.name, source="table", positions=nowhere, clock=table.clock, random=SystemRandom()
    )
    assert isinstance(source.receive(10, table.clock.now() + 30), PortUnavailable)
