"""Message source on a Kinesis stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fsm_adapters._shards.positions import ShardPositions
from fsm_adapters._shards.source import ShardSource
from fsm_adapters.kinesis.shard_reader import KinesisShardReader
from fsm_ports import Clock, Random

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient


class KinesisMessageSource(ShardSource):
    """All shards of a stream that this process gets its share of; positions are ``kinesis:<stream>:<shard>:<number>``.

    `stream` is its name or its ARN; `rest` is how many seconds an empty shard is left alone: five reads a second are
    all that a shard gives, to all its readers together.
    """

    def __init__(
        self,
        client: Callable[[], KinesisClient],
        stream: str,
        *,
        source: str,
        positions: ShardPositions,
        clock: Clock,
        random: Random,
        rest: float = 0.2,
        nack_wait: float = 1.0,
    ) -> None:
        reader = KinesisShardReader(client, stream, source=source)
        super().__init__(reader, positions, source=source, clock=clock, random=random, rest=rest, nack_wait=nack_wait)
