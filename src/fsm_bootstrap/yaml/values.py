"""Values in fsm.yaml that are more than text: names, durations, dotted paths.

Each has its pattern once, for the loader and for the schema that editors read: it is written so that Rust (pydantic),
Python and JavaScript (editors) take it alike.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from fsm_bootstrap.durations import PATTERN, seconds_of

_DOTTED = re.compile(r"^[^\s.]+(\.[^\s.]+)+$")  # no more: a folder with a hyphen in its name can be imported
_LONGEST = 36_500 * 86_400
"""Seconds: a time so far ahead is still a date."""


def seconds(value: object) -> float:
    """A duration in seconds, given as a number or with units: ``90s``, ``15m``, ``1h30m``, ``3d``, ``2w``."""
    amount = seconds_of(value) if isinstance(value, str) else value
    if isinstance(amount, int | float) and not isinstance(amount, bool) and 0 <= amount < float("inf"):
        if amount > _LONGEST:
            raise PydanticCustomError("duration", "must be at most 36500d, not {value}", {"value": repr(value)})
        return float(amount)
    raise PydanticCustomError(
        "duration", "must be seconds, or a text such as 90s, 15m, 1h30m, 3d; not {value}", {"value": repr(value)}
    )


def _dotted(value: str) -> str:
    if not _DOTTED.fullmatch(value):
        raise PydanticCustomError("dotted", "must be a dotted path, module.name, not {value}", {"value": repr(value)})
    return value


def _whole(value: object) -> object:
    """5.0 is 5, as it is to every editor, which cannot tell them apart."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_list(value: object) -> object:
    """One alone is a list of one."""
    return [value] if isinstance(value, str) else value


def _duration(number: JsonDict, pattern: str) -> JsonDict:
    return {
        "anyOf": [
            {"type": "string", "pattern": pattern, "patternErrorMessage": "Such as 90s, 15m, 1h30m, 3d."},
            {"type": "number", **number, "maximum": _LONGEST},
        ]
    }


# All ASCII but letters, digits and _ . - is excluded one by one: what \w is beyond ASCII depends on who reads it.
Name = Annotated[
    str,
    Field(
        pattern=r"^[^\x00-\x40\x5b-\x5e\x60\x7b-\x7f][^\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]*$",
        json_schema_extra={"patternErrorMessage": "Use letters, digits and _ . - and begin with a letter."},
    ),
]
"""Of a machine, a state, an event: it stands in messages, metrics and commands."""

ABOVE_ZERO: JsonDict = _duration({"exclusiveMinimum": 0}, PATTERN.replace("^", "^(?=.*[1-9])"))
"""What a schema says of a time that takes time."""

Seconds = Annotated[float, BeforeValidator(seconds), WithJsonSchema(_duration({"minimum": 0}, PATTERN))]
Span = Annotated[float, Field(gt=0), BeforeValidator(seconds), WithJsonSchema(ABOVE_ZERO)]
"""Seconds, and some."""
Count = Annotated[int, Field(ge=0), BeforeValidator(_whole)]
Positive = Annotated[int, Field(ge=1), BeforeValidator(_whole)]
_PATH: JsonDict = {"type": "string", "pattern": _DOTTED.pattern, "patternErrorMessage": "A dotted path: module.name"}
Dotted = Annotated[str, AfterValidator(_dotted), WithJsonSchema(_PATH)]
Dotteds = Annotated[
    list[Dotted], BeforeValidator(_as_list), WithJsonSchema({"anyOf": [_PATH, {"type": "array", "items": _PATH}]})
]
"""One, or a list of them."""
