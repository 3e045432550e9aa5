"""Fields of a stranger's JSON, checked as they are read; each function raises `ValueError` and names the key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, TypeAlias, cast

Fields: TypeAlias = Mapping[str, object]

COUNT_LIMIT: Final = 2**53
"""No count of ours comes near; a back end's integer column may hold no more."""


def object_at(fields: Fields, key: str) -> Fields:
    value = fields.get(key)
    if not isinstance(value, dict):
        raise ValueError(_problem(fields, key, "an object"))
    return cast("Fields", value)


def any_text_at(fields: Fields, key: str, default: str | None = None) -> str:
    """Text as it stands."""
    value = fields.get(key, default)
    if not isinstance(value, str):
        raise ValueError(_problem(fields, key, "text"))
    return value


def text_at(fields: Fields, key: str, default: str | None = None) -> str:
    """Text that every back end can keep."""
    value = any_text_at(fields, key, default)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{key} holds half of a surrogate pair, which UTF-8 cannot hold") from None
    return value


def flag_at(fields: Fields, key: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(_problem(fields, key, "true or false"))
    return value


def count_at(fields: Fields, key: str, default: int | None = None) -> int:
    value = fields.get(key, default)
    if type(value) is not int or not 0 <= value < COUNT_LIMIT:
        raise ValueError(_problem(fields, key, "a count"))
    return value


def seconds_at(fields: Fields, key: str, default: float) -> float:
    value = fields.get(key, default)
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and -COUNT_LIMIT < value < COUNT_LIMIT:
        return float(value)
    raise ValueError(_problem(fields, key, "seconds since the epoch"))


def _problem(fields: Fields, key: str, wanted: str) -> str:
    return f"{key} is {_kind(fields[key])}, not {wanted}" if key in fields else f"{key} is missing"


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return f"the number {value}" if abs(value) < 10**20 else "a huge number"
        case float():
            return f"the number {value}"
        case str():
            return "text"
        case list():
            return "an array"
        case _:
            return "an object"
