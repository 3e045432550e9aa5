"""Message source on the stream of a DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fsm_adapters._shards.positions import ShardPositions
from fsm_adapters._shards.source import ShardSource
from fsm_adapters.dynamodb.shard_reader import DynamoShardReader
from fsm_ports import Clock, Random

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.client import DynamoDBStreamsClient


class DynamoStreamSource(ShardSource):
    """All shards of a table's stream that this process gets its share of.

    Positions are ``dynamodb:<table>:<shard>:<number>``.  `table` is its name or its ARN; `rest` is how many seconds
    an empty shard is left alone.  Where a commit is the message, `positions` must not lie in that table.
    """

    def __init__(
        self,
        client: Callable[[], DynamoDBStreamsClient],
        table: str,
        *,
        source: str,
        positions: ShardPositions,
        clock: Clock,
        random: Random,
        rest: float = 0.2,
        nack_wait: float = 1.0,
    ) -> None:
        reader = DynamoShardReader(client, table, source=source)
        super().__init__(reader, positions, source=source, clock=clock, random=random, rest=rest, nack_wait=nack_wait)
