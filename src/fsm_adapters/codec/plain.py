"""Plain data as standard JSON, with nothing replaced in silence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import cast

from fsm_ports.codec import ContextError

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def plain_text(value: object) -> str:
    """`value` as JSON text.

    Raises:
        ContextError: names the first place that JSON cannot hold.
    """
    try:
        text = _encode(value)
    except (TypeError, ValueError, RecursionError):
        raise ContextError(_first(value)) from None
    if not _keeps(value):
        raise ContextError(_first(value))
    return text


def problem_in(path: str, value: object) -> str:
    """What a person should do about a value that JSON does not have."""
    if isinstance(value, float):
        return f"{path}: {value} is no JSON number; store None or text"
    if isinstance(value, tuple):
        return f"{path}: a tuple would come back as a list; store a list"
    return (
        f"{path}: {type(value).__name__} is no JSON; store text, numbers, lists and dicts, or declare the context as "
        "a dataclass or pydantic model with a typed field"
    )


def _keeps(value: object) -> bool:
    """The encoder would change these without a word: keys that are no text, tuples."""
    if isinstance(value, dict):
        return all(type(key) is str and _keeps(item) for key, item in cast("dict[object, object]", value).items())
    if isinstance(value, list):
        return all(_keeps(item) for item in cast("list[object]", value))
    return not isinstance(value, tuple)


def _first(value: object) -> str:
    return next(_problems("$", value, 0), "$: the context is nested too deeply, or contains itself")


def _problems(path: str, value: object, depth: int) -> Iterator[str]:
    if depth > 200:
        return
    if isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            if type(key) is not str:
                yield f"{path}: the key {key!r} is {type(key).__name__}; the keys of a JSON object are text"
            yield from _problems(f"{path}.{key}", item, depth + 1)
    elif isinstance(value, list):
        for n, item in enumerate(cast("list[object]", value)):
            yield from _problems(f"{path}[{n}]", item, depth + 1)
    elif not _is_plain(value):
        yield problem_in(path, value)


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)
