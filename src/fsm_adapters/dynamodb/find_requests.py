"""What finding records asks of the table, and where it goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.items import SHARDS, STATUS, STEP, UPDATED_AT, partition
from fsm_adapters.dynamodb.types import Item, number, text
from fsm_ports import Instance, InstanceQuery

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, QueryInputTypeDef, ScanInputTypeDef

MOST_ITEMS: Final = 1_000
"""Items that one call looks at."""
_FEW_ITEMS: Final = 100
"""Keys that are looked up although not all of their records need match."""
_INDEX_KEY: Final = (attributes.CORRELATION_ID, attributes.FIND, attributes.STARTED_AT)


class Place(NamedTuple):
    """Where the search goes on: in which shard of the index, after which item."""

    shard: int = 0
    after: Item | None = None

    def cursor(self) -> str:
        return json.dumps([self.shard, self.after])


def place_of(cursor: str | None) -> Place | None:
    """None where the text is no cursor of ours."""
    if cursor is None:
        return Place()
    try:
        shard, after = json.loads(cursor)
    except (ValueError, TypeError):
        return None
    if not isinstance(shard, int) or not 0 <= shard < SHARDS or not isinstance(after, dict | None):
        return None
    return Place(shard, cast("Item | None", after))


def after_key(item: Item, shard: int) -> Place:
    """The place after this key of the index."""
    return Place(shard, {name: item[name] for name in _INDEX_KEY})


def after_item(item: Item) -> Place:
    """The place after this item of the table."""
    return Place(0, {attributes.CORRELATION_ID: item[attributes.CORRELATION_ID]})


def is_indexed(query: InstanceQuery) -> bool:
    return query.machine is not None and query.status is not None


def index_request(table: str, query: InstanceQuery, place: Place, wanted: int) -> QueryInputTypeDef:
    """For the keys of records of a machine in a status."""
    assert query.machine is not None
    assert query.status is not None
    everything = query.state is None and query.updated_before is None
    values: dict[str, AttributeValueTypeDef] = {":find": text(partition(query.machine, query.status, place.shard))}
    names, condition = {"#find": attributes.FIND}, "#find = :find"
    if query.started_since is not None:
        names["#started_at"], values[":since"] = attributes.STARTED_AT, number(query.started_since)
        condition += " AND #started_at >= :since"
    request: QueryInputTypeDef = {
        "TableName": table,
        "IndexName": attributes.FIND_INDEX,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "Limit": min(wanted if everything else max(wanted, _FEW_ITEMS), MOST_ITEMS),
    }
    if place.after is not None:
        request["ExclusiveStartKey"] = place.after
    return request


def scan_request(table: str, query: InstanceQuery, place: Place, wanted: int) -> ScanInputTypeDef:
    """For items of the table, of which those that do not match are left out there."""
    filters: Mapping[str, tuple[str, AttributeValueTypeDef | None]] = {
        "machine": ("#machine = :machine", _text(query.machine)),
        STATUS: ("#status = :status", query.status and text(query.status.value)),
        "state": ("#state = :state", _text(query.state)),
        attributes.STARTED_AT: ("#started_at >= :started_at", _number(query.started_since)),
        UPDATED_AT: ("#updated_at <= :updated_at", _number(query.updated_before)),
    }
    given = {name: (condition, value) for name, (condition, value) in filters.items() if value is not None}
    request: ScanInputTypeDef = {
        "TableName": table,
        "FilterExpression": " AND ".join(
            [f"attribute_exists(#{STEP})", *(condition for condition, _ in given.values())]
        ),
        "ExpressionAttributeNames": {f"#{name}": name for name in (STEP, *given)},
        "Limit": MOST_ITEMS if given else min(wanted, MOST_ITEMS),
    }
    if given:
        request["ExpressionAttributeValues"] = {f":{name}": value for name, (_, value) in given.items()}
    if place.after is not None:
        request["ExclusiveStartKey"] = place.after
    return request


def matches(record: Instance, query: InstanceQuery) -> bool:
    """The index lags behind the table, and knows less."""
    return (
        query.machine in (None, record.machine)
        and query.status in (None, record.status)
        and query.state in (None, record.state)
        and (query.started_since is None or record.started_at >= query.started_since)
        and (query.updated_before is None or record.updated_at <= query.updated_before)
    )


def _number(seconds: float | None) -> AttributeValueTypeDef | None:
    return None if seconds is None else number(seconds)


def _text(value: str | None) -> AttributeValueTypeDef | None:
    return None if value is None else text(value)
