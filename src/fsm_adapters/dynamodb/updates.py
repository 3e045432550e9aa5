"""A conditional write of one item, as UpdateItem has it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.types import Item, text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UpdateItemInputTypeDef

Values: TypeAlias = "Mapping[str, AttributeValueTypeDef]"

_NAME: Final = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold, with its values by placeholder."""

    text: str
    values: Values

    def also(self, other: Condition) -> Condition:
        return Condition(f"{self.text} AND {other.text}", {**self.values, **other.values})


def absent(name: str) -> Condition:
    return Condition(f"attribute_not_exists(#{name})", {})


def present(name: str) -> Condition:
    return Condition(f"attribute_exists(#{name})", {})


def equal(name: str, value: AttributeValueTypeDef) -> Condition:
    return Condition(f"#{name} = :was_{name}", {f":was_{name}": value})


def one_of(name: str, texts: Sequence[str]) -> Condition:
    values = {f":{name}_{number}": text(value) for number, value in enumerate(texts)}
    return Condition(f"#{name} IN ({', '.join(values)})", values)


def as_read(item: Item, first: str, *others: str) -> Condition:
    """These attributes are as in the item."""
    condition = equal(first, item[first]) if first in item else absent(first)
    for name in others:
        condition = condition.also(equal(name, item[name]) if name in item else absent(name))
    return condition


@dataclass(frozen=True, slots=True)
class Update:
    """Sets and removes attributes of the item with that key, if the condition holds."""

    key: str
    sets: Values
    removes: Sequence[str]
    condition: Condition

    def request(self, table: str) -> UpdateItemInputTypeDef:
        """Answered with the item after the write, or with the one that did not meet the condition.

        Every name goes by a placeholder, since many are reserved words; one that is not used would be refused.
        """
        change = self._change()
        names = set(_NAME.findall(f"{change} {self.condition.text}"))
        request: UpdateItemInputTypeDef = {
            "TableName": table,
            "Key": {attributes.CORRELATION_ID: text(self.key)},
            "UpdateExpression": change,
            "ConditionExpression": self.condition.text,
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values := {**self.condition.values, **{f":{name}": value for name, value in self.sets.items()}}:
            request["ExpressionAttributeValues"] = values
        return request

    def _change(self) -> str:
        sets = ", ".join(f"#{name} = :{name}" for name in self.sets)
        removes = ", ".join(f"#{name}" for name in self.removes)
        return " ".join(part for part in (sets and f"SET {sets}", removes and f"REMOVE {removes}") if part)
