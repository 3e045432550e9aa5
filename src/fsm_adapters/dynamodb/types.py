"""Items of a table: their values, as DynamoDB's own JSON has them, and their size, as DynamoDB counts it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from fsm_adapters._aws import sizes
from fsm_ports import PortRejected

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item: TypeAlias = "Mapping[str, AttributeValueTypeDef]"

ITEM_BYTES: Final = 409_600
"""Names and values of an item: 400 KB at most."""
HASH_KEY_BYTES: Final = 2_048
RANGE_KEY_BYTES: Final = 1_024

_NUMBER_BYTES: Final = 21
"""What a number takes at most."""
_FAR: Final = 1e11
"""Epoch seconds that stand for any later time: DynamoDB has no infinity."""


def text(value: str) -> AttributeValueTypeDef:
    """A string; what UTF-8 cannot hold stays visible in it, as ``\\udc80``."""
    return {"S": value.encode(errors="backslashreplace").decode()}


def number(value: float) -> AttributeValueTypeDef:
    """A number that is read back as it was; of times, none is later than `_FAR`."""
    return {"N": repr(min(value, _FAR))}


def whole_seconds(value: float) -> AttributeValueTypeDef:
    """A time for a TTL, which goes by whole seconds; not before that time."""
    return {"N": str(math.ceil(min(value, _FAR)))}


def text_at(item: Item, name: str) -> str | None:
    """The string under that name, if there is one."""
    return _at(item, name).get("S")


def number_at(item: Item, name: str, default: float = 0.0) -> float:
    """The number under that name, if there is one."""
    return float(_at(item, name).get("N", default))


def required_text(item: Item, name: str) -> str:
    """The string under that name.

    Raises:
        ValueError: there is none.
    """
    value = text_at(item, name)
    if value is None:
        raise ValueError(f"{name} is missing")
    return value


def required_number(item: Item, name: str) -> str:
    """The number under that name, as the table writes it.

    Raises:
        ValueError: there is none.
    """
    value = _at(item, name).get("N")
    if value is None:
        raise ValueError(f"{name} is missing")
    return value


def _at(item: Item, name: str) -> Mapping[str, str]:
    """The value; nothing where it is none of DynamoDB's: a stream's image may come from anybody."""
    value: object = item.get(name)
    return cast("Mapping[str, str]", value) if isinstance(value, dict) else {}


def key_text(value: str, limit: int) -> str:
    """The text, or its SHA-256 where it has more bytes than a key takes."""
    encoded = value.encode(errors="backslashreplace")
    return value if len(encoded) <= limit else hashlib.sha256(encoded).hexdigest()


def too_large(value: str, limit: int, source: str) -> PortRejected | None:
    """A rejection, if the text has more bytes than that."""
    return sizes.too_large(len(value.encode(errors="backslashreplace")), limit, source)


def item_too_large(item: Item, source: str) -> PortRejected | None:
    """A rejection, if no table takes the item."""
    return sizes.too_large(item_bytes(item), ITEM_BYTES, source)


def item_bytes(item: Item) -> int:
    """About what DynamoDB counts; of strings and numbers alone."""
    values = (len(value.get("S", "").encode()) or _NUMBER_BYTES for value in item.values())
    return sum(values) + sum(map(len, item))
