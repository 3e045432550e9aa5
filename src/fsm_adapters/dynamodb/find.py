"""Finding records: by the index where it serves, else by going through the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fsm_adapters._aws.errors import ask
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.find_requests import (
    MOST_ITEMS,
    Place,
    after_item,
    after_key,
    index_request,
    is_indexed,
    matches,
    place_of,
    scan_request,
)
from fsm_adapters.dynamodb.items import SHARDS, record_of
from fsm_adapters.dynamodb.record_table import RecordTable
from fsm_adapters.dynamodb.types import Item
from fsm_ports import Instance, InstanceQuery, Page, PortError, PortRejected

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryOutputTypeDef, ScanOutputTypeDef


class _Chunk(NamedTuple):
    """What one call looked at."""

    found: Sequence[tuple[Item | PortError, Place]]
    """Items, each with the place after it."""
    looked_at: int
    following: Place | None
    """None: there is no more."""


class Finder:
    """`find` of the checkpoint store.

    * Machine and status given: the index has partitions for them, and a record keeps its place there while it matches.
      The keys are looked up in the table, so a record is given as it is now.
    * Else the table is gone through in its own order, in which a record has one place for ever.  Partitions of several
      statuses would not do: a record that changes its status meanwhile could be missed, or given twice.

    A page may hold fewer records than asked for, or none, and still have a cursor: one call of `find` looks at so many
    items only.
    """

    def __init__(self, table: RecordTable) -> None:
        self._table = table

    def find(self, query: InstanceQuery) -> Page | PortError:
        place = place_of(query.cursor)
        if place is None:
            return PortRejected("the cursor is not one of this store", self._table.source)
        limit, looked_at = max(query.limit, 1), 0
        found: list[Instance] = []
        while True:
            chunk = (self._by_index if is_indexed(query) else self._by_scan)(query, place, limit - len(found))
            if isinstance(chunk, PortError):
                return chunk
            for item, after in chunk.found:
                if isinstance(item, PortError):
                    return item
                record = record_of(item, self._table.source)
                if isinstance(record, Instance) and matches(record, query):
                    found.append(record)
                    if len(found) == limit:
                        return Page(tuple(found), after.cursor())
            looked_at += chunk.looked_at
            if chunk.following is None:
                return Page(tuple(found))
            place = chunk.following
            if looked_at >= max(limit, MOST_ITEMS):
                return Page(tuple(found), place.cursor())

    def _by_index(self, query: InstanceQuery, place: Place, wanted: int) -> _Chunk | PortError:
        request = index_request(self._table.name, query, place, wanted)

        def call(client: DynamoDBClient) -> QueryOutputTypeDef | PortError:
            return ask(self._table.source, lambda: client.query(**request), "Items")

        answer = self._table.readers.ask(call)
        if isinstance(answer, PortError):
            return answer
        keys, more = answer["Items"], answer.get("LastEvaluatedKey")
        following = Place(place.shard, more) if more else Place(place.shard + 1)
        items = self._table.get([key[attributes.CORRELATION_ID].get("S", "") for key in keys])
        found = [(item, after_key(key, place.shard)) for item, key in zip(items, keys, strict=True)]
        return _Chunk(found, len(keys), following if following.shard < SHARDS else None)

    def _by_scan(self, query: InstanceQuery, place: Place, wanted: int) -> _Chunk | PortError:
        request = scan_request(self._table.name, query, place, wanted)

        def call(client: DynamoDBClient) -> ScanOutputTypeDef | PortError:
            return ask(self._table.source, lambda: client.scan(**request), "Items", "ScannedCount")

        answer = self._table.readers.ask(call)
        if isinstance(answer, PortError):
            return answer
        more = answer.get("LastEvaluatedKey")
        found = [(item, after_item(item)) for item in answer["Items"]]
        return _Chunk(found, answer["ScannedCount"], Place(0, more) if more else None)
