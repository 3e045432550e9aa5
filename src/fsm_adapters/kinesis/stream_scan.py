"""Goes through all that a Kinesis stream keeps of one partition key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from fsm_adapters._aws.errors import Misconfigured
from fsm_adapters._shards.iterators import Fetched, IteratorEnded, PlaceLost
from fsm_adapters._shards.reader import Record
from fsm_adapters.kinesis.shard_reader import MOST_RECORDS, KinesisShardReader
from fsm_ports import Clock, OutcomeUnknown, PortError, PortUnavailable

if TYPE_CHECKING:
    from mypy_boto3_kinesis.type_defs import ShardTypeDef

PAUSE: Final = 0.5
"""Seconds after a refusal: a shard gives 2 MB and five answers a second, to all its readers together."""

PATIENCE: Final = 30
"""Refusals in a row after which the stream counts as not available."""


def pages(reader: KinesisShardReader, clock: Clock, partition_key: str) -> Iterator[Sequence[Record] | PortError]:
    """The records of every shard that the key's records can be in, up to now; ends after an error."""
    shards = reader.descriptions()
    if isinstance(shards, PortError):
        yield shards
        return
    for shard in shards:
        if _bears(shard, partition_key):
            for page in _pages_of(reader, clock, shard["ShardId"]):
                yield page
                if isinstance(page, PortError):
                    return


def _bears(shard: ShardTypeDef, partition_key: str) -> bool:
    hash_key = int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest(), "big")
    keys = shard["HashKeyRange"]
    return int(keys["StartingHashKey"]) <= hash_key <= int(keys["EndingHashKey"])


def _pages_of(reader: KinesisShardReader, clock: Clock, shard: str) -> Iterator[Sequence[Record] | PortError]:
    iterator: str | None | PortError = reader.open_iterator(shard, None)
    while iterator is not None:
        if isinstance(iterator, PortError):
            yield iterator
            return
        fetched = _fetch(reader, clock, shard, iterator)
        if isinstance(fetched, PortError):
            yield fetched
            return
        yield fetched.records
        iterator = None if fetched.is_tip else fetched.iterator


def _fetch(reader: KinesisShardReader, clock: Clock, shard: str, iterator: str) -> Fetched | PortError:
    for _ in range(PATIENCE):
        try:
            fetched = reader.fetch(shard, iterator, MOST_RECORDS)
        except (IteratorEnded, PlaceLost):
            return OutcomeUnknown(f"the iterator of {shard} has ended", reader.name)
        if not isinstance(fetched, PortUnavailable) or isinstance(fetched, Misconfigured):
            return fetched
        clock.sleep(PAUSE)
    return PortUnavailable(f"{shard} refuses to be read", reader.name)
