"""DynamoDB tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fsm_adapters.dynamodb.schemas import Index, Key, TableSchema
from fsm_bootstrap.resources.resource import Difference, done, found, wait
from fsm_bootstrap.source import Source
from fsm_ports.clock import Clock
from fsm_ports.errors import PortError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, TableDescriptionTypeDef

MISSING: Final = frozenset({"ResourceNotFoundException"})


@dataclass(frozen=True)
class Table:
    """A table that is billed by request."""

    source: Source
    purpose: str
    variables: tuple[str, ...]
    client: Callable[[], DynamoDBClient] = field(repr=False)
    clock: Clock = field(repr=False)
    schema: TableSchema

    def describe(self) -> str:
        keys = ", ".join(key.name for key in (self.schema.hash_key, self.schema.range_key) if key is not None)
        more = [f"index {index.name}" for index in self.schema.indexes]
        more += ["stream"] if self.schema.stream else []
        more += [f"TTL on {self.schema.ttl}"] if self.schema.ttl else []
        return ", ".join([f"table with key {keys}", *more])

    def look(self) -> Sequence[Difference] | PortError | None:
        table = self._described()
        if table is None or isinstance(table, PortError):
            return table
        wrong = [*self._wrong_keys(table)]
        if wrong:
            return wrong
        ttl = self._ttl()
        if isinstance(ttl, PortError):
            return ttl
        return [*self._lacking_indexes(table), *self._lacking_stream(table), *ttl]

    def create(self) -> PortError | None:
        name = self.source.name
        made = done(self.source, lambda: self.client().create_table(**self.schema.create_arguments(name)))
        return made or wait(self.source, self.clock, self._is_active) or self._set_ttl()

    def _wrong_keys(self, table: TableDescriptionTypeDef) -> Iterator[Difference]:
        wanted = _keys(self.schema.hash_key, self.schema.range_key)
        have = _written(table.get("KeySchema", ()), _types(table))
        if have != wanted:
            yield Difference(
                f"its key is {', '.join(have)}, and {self.purpose} need {', '.join(wanted)}",
                f"name another table in {' and '.join(self.variables)}: a table's key cannot be changed",
            )

    def _lacking_indexes(self, table: TableDescriptionTypeDef) -> Iterator[Difference]:
        have = {index.get("IndexName", "") for index in table.get("GlobalSecondaryIndexes", ())}
        have |= {index.get("IndexName", "") for index in table.get("LocalSecondaryIndexes", ())}
        for index in self.schema.indexes:
            if index.name in have:
                continue
            if index.local:
                yield Difference(
                    f"it lacks the index {index.name}",
                    f"name another table in {' and '.join(self.variables)}: a local index cannot be added to a table",
                )
            else:
                yield Difference(f"it lacks the index {index.name}", mend=self._adding(index))

    def _lacking_stream(self, table: TableDescriptionTypeDef) -> Iterator[Difference]:
        if not self.schema.stream:
            return
        stream = table.get("StreamSpecification", {})
        view = stream.get("StreamViewType", "")
        if not stream.get("StreamEnabled"):
            yield Difference("it has no stream, so its messages reach nobody", mend=self._enable_stream)
        elif view not in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            yield Difference(f"its stream shows {view}", "switch the stream off and on again with NEW_IMAGE")

    def _adding(self, index: Index) -> Callable[[], PortError | None]:
        def add() -> PortError | None:
            part = TableSchema(index.hash_key, index.range_key, (index,)).create_arguments(self.source.name)
            wanted = {index.hash_key.name, index.range_key.name}
            definitions = [each for each in part.get("AttributeDefinitions", ()) if each["AttributeName"] in wanted]
            (made,) = list(part.get("GlobalSecondaryIndexes", ()))
            return done(
                self.source,
                lambda: self.client().update_table(
                    TableName=self.source,
                    AttributeDefinitions=definitions,
                    GlobalSecondaryIndexUpdates=[
                        {
                            "Create": {
                                "IndexName": made["IndexName"],
                                "KeySchema": made["KeySchema"],
                                "Projection": made["Projection"],
                            }
                        }
                    ],
                ),
            )

        return add

    def _enable_stream(self) -> PortError | None:
        return done(
            self.source,
            lambda: self.client().update_table(
                TableName=self.source, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
            ),
        )

    def _ttl(self) -> Sequence[Difference] | PortError:
        wanted = self.schema.ttl
        if not wanted:
            return ()
        answer = found(self.source, lambda: self.client().describe_time_to_live(TableName=self.source), MISSING)
        if isinstance(answer, PortError):
            return answer
        if answer is not None:
            given = answer.get("TimeToLiveDescription", {})
            if given.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") and given.get("AttributeName") == wanted:
                return ()
        return [Difference(f"nothing removes old items: it has no TTL on {wanted}", mend=self._set_ttl)]

    def _set_ttl(self) -> PortError | None:
        wanted = self.schema.ttl
        if not wanted:
            return None
        return done(
            self.source,
            lambda: self.client().update_time_to_live(
                TableName=self.source, TimeToLiveSpecification={"Enabled": True, "AttributeName": wanted}
            ),
        )

    def _is_active(self) -> bool | PortError:
        table = self._described()
        if table is None or isinstance(table, PortError):
            return table or False
        return table.get("TableStatus") == "ACTIVE"

    def _described(self) -> TableDescriptionTypeDef | PortError | None:
        return found(self.source, lambda: self.client().describe_table(TableName=self.source)["Table"], MISSING)


def _keys(hash_key: Key, range_key: Key | None) -> list[str]:
    return [f"{key.name} ({key.kind})" for key in (hash_key, range_key) if key is not None]


def _written(keys: Sequence[KeySchemaElementTypeDef], types: Mapping[str, str]) -> list[str]:
    ordered = sorted(keys, key=lambda key: key["KeyType"] != "HASH")
    return [f"{key['AttributeName']} ({types.get(key['AttributeName'], '?')})" for key in ordered]


def _types(table: TableDescriptionTypeDef) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in table.get("AttributeDefinitions", ())}
