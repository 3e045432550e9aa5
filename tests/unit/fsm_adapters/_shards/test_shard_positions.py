"""Shard positions in memory, on a SQLite file and in a DynamoDB table do the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from fsm_adapters._shards.positions import ShardPositions
from fsm_adapters.dynamodb.shard_positions import DynamoShardPositions
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.shard_positions import SqliteShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from tests.backends.backend import Backend
from tests.contract.kinesis_streams import shared_clients
from tests.unit.fsm_adapters._shards.positions_suite import ShardPositionsSuite


class TestMemoryShardPositions(ShardPositionsSuite):
    @pytest.fixture
    def positions(self, clock: VirtualClock) -> ShardPositions:
        return MemoryShardPositions(clock)


class TestSqliteShardPositions(ShardPositionsSuite):
    @pytest.fixture
    def positions(self, clock: VirtualClock, tmp_path: Path) -> ShardPositions:
        return SqliteShardPositions(SqliteFile(tmp_path / "fsm.db", clock, SeededRandom(1)))


class TestDynamoShardPositions(ShardPositionsSuite):
    @pytest.fixture
    def positions(self, clock: VirtualClock, ministack: Backend) -> Iterator[ShardPositions]:
        client = shared_clients(ministack).dynamodb()
        table = f"cache-{uuid4().hex[:8]}"
        client().create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "ckey", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "ckey", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield DynamoShardPositions(client, table, source=f"dynamodb {table}", clock=clock)
        client().delete_table(TableName=table)
