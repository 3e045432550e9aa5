"""Values in fsm.yaml that are more than text: names, durations, dotted paths."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
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
    if not _DOTTED.match(value):
        raise PydanticCustomError("dotted", "must be a dotted path, module.name, not {value}", {"value": repr(value)})
    return value


def _as_list(value: object) -> object:
    """One alone is a list of one."""
    return [value] if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=r"^[^\W\d][\w.-]*$")]
"""Of a machine, a state, an event: it stands in messages, metrics and commands."""

Seconds = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": PATTERN},
            ]
        }
    ),
]
Dotted = Annotated[str, AfterValidator(_dotted), WithJsonSchema({"type": "string", "pattern": _DOTTED.pattern})]
_ONE = {"type": "string", "pattern": _DOTTED.pattern}
Dotteds = Annotated[
    list[Dotted], BeforeValidator(_as_list), WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _ONE}]})
]
"""One, or a list of them."""
