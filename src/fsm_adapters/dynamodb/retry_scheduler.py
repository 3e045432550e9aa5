"""Retry scheduler on a DynamoDB table that a timer polls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from fsm_adapters._wire.message import encode
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.batch_write import BatchWrite
from fsm_adapters.dynamodb.retry_entries import SHARDS, new_item
from fsm_adapters.dynamodb.types import ITEM_BYTES, RANGE_KEY_BYTES, Item, too_large
from fsm_ports import Clock, Outgoing, PortRejected, Random, RetryScheduler, Sent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ENTRY_BYTES: Final = ITEM_BYTES // 2
"""The item and its copy in the local index have to be 400 KB together."""

_AROUND: Final = RANGE_KEY_BYTES + 1024
"""Bytes of an item that are not the message, those of a later claim included."""


class DynamoRetryScheduler(RetryScheduler):
    """One entry a message, by instance, step, position and retry number; `DynamoRetrySource` delivers them.

    An entry takes the place of an older one of the same four.  That needs no condition, as none of the two can be
    newer than the other: so 25 go in a call.  `table` is its name or its ARN; `shards` is how many partitions it is
    spread over, and has to be the source's as well.
    """

    max_delay = math.inf
    max_bytes = ENTRY_BYTES - _AROUND

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        *,
        source: str,
        clock: Clock,
        random: Random,
        shards: int = SHARDS,
    ) -> None:
        self._clock, self._random = clock, random
        self._source, self._shards = source, shards
        key = (attributes.PARTITION, attributes.CORRELATION_ID_STEPS)
        self._write = BatchWrite(client, table, key, source)

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        now = self._clock.now()
        return self._write.put([self._item(outgoing, now) for outgoing in messages])

    def _item(self, outgoing: Outgoing, now: float) -> Item | PortRejected:
        message, payload, run_at = outgoing.message, encode(outgoing.message), max(now, outgoing.not_before)
        rejection = too_large(payload, self.max_bytes, self._source)
        return rejection or new_item(message, payload, run_at, self._random.id(), self._shards)
