"""Finds the entries of a retry table that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from fsm_adapters._aws.errors import ask
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.parallel import in_parallel
from fsm_adapters.dynamodb.retry_entries import Entry, entry_of
from fsm_adapters.dynamodb.types import Item, number
from fsm_ports import PortError, Random

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, QueryOutputTypeDef

AT_ONCE: Final = 4
"""Shards that are asked at the same time: most of a wave's answers are of use when there is much, and a look at an
empty table is soon over."""


@dataclass(frozen=True, slots=True, eq=False)
class DueEntries:
    """Reads the index of a table, shard by shard; each look begins with another shard, so that readers get apart."""

    client: Callable[[], DynamoDBClient]
    table: str
    source: str
    random: Random
    shards: int

    def look(self, now: float, limit: int) -> Iterator[Entry | PortError]:
        """What is due, of each shard the oldest first, read as it is asked for, about `limit` in a call.

        After a wave of shards that met an error, which comes last, no further one is asked.
        """
        first = int(self.random.jitter(self.shards))
        shards = [(first + n) % self.shards for n in range(self.shards)]
        for begin in range(0, self.shards, AT_ONCE):
            wave = shards[begin : begin + AT_ONCE]
            error: PortError | None = None
            for shard, page in zip(wave, in_parallel(partial(self._page, now, limit, {}), wave), strict=True):
                answer = page
                while not isinstance(answer, PortError):
                    yield from map(entry_of, answer["Items"])
                    after = answer.get("LastEvaluatedKey", {})
                    if not after:
                        break
                    answer = self._page(now, limit, after, shard)
                else:
                    error = answer
            if error is not None:
                yield error
                return

    def _page(self, now: float, limit: int, after: Item, shard: int) -> QueryOutputTypeDef | PortError:
        query: QueryInputTypeDef = {
            "TableName": self.table,
            "IndexName": attributes.RETRIES_INDEX,
            "ConsistentRead": True,
            "KeyConditionExpression": "#shard = :shard AND #run_at <= :now",
            "ExpressionAttributeNames": {"#shard": attributes.PARTITION, "#run_at": attributes.RUN_AT},
            "ExpressionAttributeValues": {":shard": number(shard), ":now": number(now)},
            "Limit": max(1, limit),
        }
        if after:
            query["ExclusiveStartKey"] = after
        return ask(self.source, lambda: self.client().query(**query), "Items")
