"""What to tell a person about a context that cannot be written or read."""

from __future__ import annotations

import json
import math
from enum import Enum

TOO_DEEP = "the context is nested too deeply, or contains itself"


def key_path(path: str, key: str) -> str:
    """The path of an entry of the object at `path`."""
    return f"{path}.{key}" if key.isidentifier() else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def value_problem(path: str, value: object) -> str:
    """Why the value cannot stand in plain JSON, and what to do about it."""
    name = _name(value)
    match value:
        case float() if not math.isfinite(value):
            return f"{path}: {float(value)} is no JSON number; store None, or text"
        case int():
            return f"{path}: a number of this many digits cannot be written; store text"
        case str():
            return f"{path}: the text holds half of a surrogate pair, which UTF-8 cannot hold"
        case tuple():
            return f"{path}: a {name} would come back as a list; store a list"
        case set() | frozenset():
            return f"{path}: {name} is no JSON; store a sorted list"
        case bytes() | bytearray() | memoryview():
            return f"{path}: {name} is no JSON; store text, such as base64"
        case type():
            return f"{path}: the class {value.__name__} itself is no JSON; make an object of it"
        case Enum():
            return f"{path}: {name} is no JSON; store its value"
        case _:
            return (
                f"{path}: {name} is no JSON; store text, or make the context a dataclass or a pydantic model "
                "with a field of that type"
            )


def key_problem(path: str, key: object) -> str:
    """The key of an object is not text."""
    return f"{path}: the key {key!r:.40} is of type {_name(key)}, and would come back as text; use text"


def json_kind(value: object) -> str:
    """The JSON name of a parsed value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case dict():
            return "an object"
        case list():
            return "an array"
        case _:
            return _name(value)


def _name(value: object) -> str:
    return type(value).__name__
