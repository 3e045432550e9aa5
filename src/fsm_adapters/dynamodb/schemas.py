"""The shape of each table: what creates a table and what checks one go by this.

Names and types of the keys are those of the original framework's tables, so that those serve as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from fsm_adapters.dynamodb import attributes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        AttributeDefinitionTypeDef,
        CreateTableInputTypeDef,
        GlobalSecondaryIndexTypeDef,
        KeySchemaElementTypeDef,
        LocalSecondaryIndexTypeDef,
    )


class Key(NamedTuple):
    """An attribute of a key."""

    name: str
    kind: Literal["S", "N"]


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index: local where its hash key is the table's and it has to be read consistently."""

    name: str
    hash_key: Key
    range_key: Key
    projection: Literal["ALL", "KEYS_ONLY"]
    local: bool = False


@dataclass(frozen=True, slots=True)
class TableSchema:
    """What a table has to be like; a table may have more (indexes, a stream)."""

    hash_key: Key
    range_key: Key | None = None
    indexes: tuple[Index, ...] = ()
    ttl: str | None = None
    """The attribute, whole epoch seconds, by which the service removes items.  Nothing needs it but the bill."""
    stream: Literal["NEW_IMAGE"] | None = None
    """What the table's stream has to show; a stream that shows more (``NEW_AND_OLD_IMAGES``) serves as well."""

    def create_arguments(self, name: str) -> CreateTableInputTypeDef:
        """What CreateTable is called with; billed by request.  The TTL takes a call of its own (`ttl`)."""
        arguments: CreateTableInputTypeDef = {
            "TableName": name,
            "AttributeDefinitions": self._definitions(),
            "KeySchema": _key_schema(self.hash_key, self.range_key),
            "BillingMode": "PAY_PER_REQUEST",
        }
        if local := [_index(index) for index in self.indexes if index.local]:
            arguments["LocalSecondaryIndexes"] = local
        if others := [_global_index(index) for index in self.indexes if not index.local]:
            arguments["GlobalSecondaryIndexes"] = others
        if self.stream:
            arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": self.stream}
        return arguments

    def _definitions(self) -> list[AttributeDefinitionTypeDef]:
        keys = [self.hash_key, self.range_key, *(key for index in self.indexes for key in _keys_of(index))]
        definitions: dict[str, AttributeDefinitionTypeDef] = {
            key.name: {"AttributeName": key.name, "AttributeType": key.kind} for key in keys if key is not None
        }
        return list(definitions.values())


def _keys_of(index: Index) -> tuple[Key, Key]:
    return index.hash_key, index.range_key


def _key_schema(hash_key: Key, range_key: Key | None) -> list[KeySchemaElementTypeDef]:
    schema: list[KeySchemaElementTypeDef] = [{"AttributeName": hash_key.name, "KeyType": "HASH"}]
    if range_key is not None:
        schema.append({"AttributeName": range_key.name, "KeyType": "RANGE"})
    return schema


def _index(index: Index) -> LocalSecondaryIndexTypeDef:
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.hash_key, index.range_key),
        "Projection": {"ProjectionType": index.projection},
    }


def _global_index(index: Index) -> GlobalSecondaryIndexTypeDef:
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index.hash_key, index.range_key),
        "Projection": {"ProjectionType": index.projection},
    }


_CORRELATION_ID: Final = Key(attributes.CORRELATION_ID, "S")
_PARTITION: Final = Key(attributes.PARTITION, "N")

CHECKPOINT: Final = TableSchema(
    _CORRELATION_ID,
    indexes=(Index(attributes.FIND_INDEX, Key(attributes.FIND, "S"), Key(attributes.STARTED_AT, "N"), "KEYS_ONLY"),),
)
"""Records.  `attributes.FIND` of a record is ``machine#status#shard``."""

EMITTING_CHECKPOINT: Final = TableSchema(_CORRELATION_ID, indexes=CHECKPOINT.indexes, stream="NEW_IMAGE")
"""Records whose commits are messages: the table is checkpoint and stream source in one."""

STREAM: Final = TableSchema(_CORRELATION_ID, ttl=attributes.TIMEOUT, stream="NEW_IMAGE")
"""The last message of each machine instance; the table's stream is the bus."""

RETRY: Final = TableSchema(
    _PARTITION,
    Key(attributes.CORRELATION_ID_STEPS, "S"),
    (Index(attributes.RETRIES_INDEX, _PARTITION, Key(attributes.RUN_AT, "N"), "ALL", local=True),),
)
"""Messages that wait for their time.  No TTL: an entry that is overdue is still owed."""

CACHE: Final = TableSchema(Key(attributes.CKEY, "S"), ttl=attributes.TIMEOUT)
"""Leases, and the positions of stream readers."""

ENVIRONMENT: Final = TableSchema(Key(attributes.GUID, "S"), ttl=attributes.TIMEOUT)
"""Environments of containers."""

HISTORY: Final = TableSchema(_CORRELATION_ID, Key(attributes.ENTRY, "S"))
"""The past of machine instances."""
