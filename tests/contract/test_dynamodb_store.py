"""Records in DynamoDB keep the contract of their port, with and without a stream that delivers what is committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.dynamodb.record_bus import DynamoRecordBus
from fsm_adapters.dynamodb.stream_source import DynamoStreamSource
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import CheckpointStoreContract, EventBusContract, RoadSubject, StoreSubject, Timed, admit_by_commits
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import SOURCE, new_table, tables
from tests.contract.kinesis_streams import shared_clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ITEM_BYTES = 409_600
UNIT = 0.2
"""Seconds; the stream's records bear the server's time, and must not look old."""


@dataclass(frozen=True)
class Lab:
    """A table of records."""

    client: Callable[[], DynamoDBClient]
    table: str
    clock: VirtualClock

    def store(self, *, emits: bool = False) -> DynamoCheckpointStore:
        return DynamoCheckpointStore(
            self.client, self.table, source=SOURCE, clock=self.clock, random=SystemRandom(), emits=emits
        )

    def stream(self, backend: Backend) -> DynamoStreamSource:
        positions = MemoryShardPositions(self.clock)
        return DynamoStreamSource(
            shared_clients(backend).dynamodbstreams(), self.table, source=SOURCE, positions=positions,
            clock=self.clock, random=SystemRandom(), rest=0.0, nack_wait=UNIT,
        )  # fmt: skip

    def damage(self, correlation_id: str) -> None:
        """Make the record one that cannot be decoded."""
        self.client().update_item(
            TableName=self.table,
            Key={"correlation_id": {"S": correlation_id}},
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": {"S": "bewildered"}},
        )


@pytest.fixture
def plain(aws: Backend) -> Lab:
    client = tables(aws)
    return Lab(client, new_table(client, schemas.CHECKPOINT), VirtualClock(aws.clock.now()))


@pytest.fixture
def emitting(aws: Backend) -> Lab:
    client = tables(aws)
    return Lab(client, new_table(client, schemas.EMITTING_CHECKPOINT), VirtualClock(aws.clock.now()))


class TestStore(CheckpointStoreContract):
    adapter = DynamoCheckpointStore

    @pytest.fixture
    def subject(self, plain: Lab) -> StoreSubject:
        return StoreSubject(
            clock=plain.clock, store=plain.store(), damage=plain.damage, max_bytes=ITEM_BYTES, another=plain.store
        )


class TestStoreThatEmits(CheckpointStoreContract):
    adapter = DynamoCheckpointStore

    @pytest.fixture
    def subject(self, emitting: Lab, aws: Backend) -> StoreSubject:
        return StoreSubject(
            clock=emitting.clock, store=emitting.store(emits=True), damage=emitting.damage, max_bytes=ITEM_BYTES,
            source=emitting.stream(aws), unit=UNIT,
        )  # fmt: skip


class TestRecordBus(EventBusContract):
    adapter = DynamoRecordBus

    @pytest.fixture
    def subject(self, emitting: Lab, aws: Backend) -> RoadSubject:
        source = emitting.stream(aws)
        bus = DynamoRecordBus(
            emitting.client, emitting.table, source=SOURCE, clock=emitting.clock, random=SystemRandom()
        )
        admit = admit_by_commits(emitting.store(emits=True), source, Timed(clock=emitting.clock))
        return RoadSubject(
            clock=emitting.clock, bus=bus, source=source, admit=admit, of_records=True, carries_waiting=False,
            unit=UNIT, nack_wait=UNIT,
        )  # fmt: skip
