"""The items in which shard positions are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from fsm_adapters._shards.positions import ShardState
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.types import HASH_KEY_BYTES, Item, key_text, number_at, text, text_at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UpdateItemInputTypeDef

KEPT: Final = 400 * 86_400
"""Seconds after the end of the last lease for which an item is kept: longer than any stream keeps a record."""

READER: Final = "reader-"
"""Begins the names of the attributes that say until when a reader is there."""


def shard_key(stream: str, shard: str) -> str:
    return f"shard:{stream}:{shard}"


def readers_key(stream: str) -> str:
    return f"readers:{stream}"


def state_of(item: Item) -> ShardState:
    """What the item says; an empty one says that the shard is nobody's."""
    return ShardState(
        text_at(item, "holder") or "", number_at(item, "held_until"), int(number_at(item, "fence")),
        text_at(item, "done_up_to"), item.get("finished", {}).get("BOOL", False),
    )  # fmt: skip


def update_of(
    table: str,
    key: str,
    change: str,
    condition: str | None = None,
    values: Mapping[str, AttributeValueTypeDef] | None = None,
) -> UpdateItemInputTypeDef:
    """An UpdateItem that answers the item after the write, or the one that did not meet the condition."""
    request: UpdateItemInputTypeDef = {
        "TableName": table, "Key": {attributes.CKEY: text(key_text(key, HASH_KEY_BYTES))},
        "UpdateExpression": change, "ReturnValues": "ALL_NEW",
    }  # fmt: skip
    if condition is not None:
        request["ConditionExpression"] = condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if values is not None:
        request["ExpressionAttributeValues"] = values
    return request
