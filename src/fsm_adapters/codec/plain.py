"""Plain data as standard JSON, with nothing replaced in silence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Final, NoReturn, cast

from fsm_adapters.codec.problems import TOO_DEEP, key_path, key_problem, value_problem
from fsm_adapters.codec.quick import quick_text
from fsm_ports.codec import ContextError

_DEPTH: Final = 200
"""Where the search for a problem ends, so that it ends in a value that contains itself."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode


def plain_text(value: object) -> str:
    """`value` as JSON text that reads back as an equal value.

    Raises:
        ContextError: names the first place that JSON cannot hold, and the remedy.
    """
    quick = quick_text(value)
    if quick is not None:
        return quick
    try:
        text = _encode(value)
        if not text.isascii():
            text.encode()
        # Tuples, and keys that are no text, are changed by the encoder without a word.  A look at every value in
        # Python takes longer than reading all of them again.
        is_kept = _read(text) == value
    except (TypeError, ValueError, RecursionError):
        is_kept, text = False, ""
    if not is_kept:
        raise ContextError(first_problem(value))
    return text


def read_plain(text: str) -> object:
    """The value in JSON text.

    Raises:
        ContextError: it is no standard JSON.
    """
    try:
        value = _read(text)
    except RecursionError:
        raise ContextError(TOO_DEEP) from None
    except ValueError as error:
        raise ContextError(f"the context is no JSON: {error}") from None
    return value


def _read(text: str) -> object:
    try:
        value, end = _decoder.raw_decode(text)
    except ValueError:  # space before it, or no JSON: it is told apart at leisure
        return _decoder.decode(text)
    return value if end == len(text) else _decoder.decode(text)


def first_problem(value: object) -> str:
    """The first thing in `value` that plain JSON cannot hold."""
    try:
        return _problem("$", value, _DEPTH) or "$: it would not come back as an equal value"
    except RecursionError:
        return TOO_DEEP


def _problem(path: str, value: object, depth: int) -> str | None:
    if isinstance(value, dict | list):
        if depth == 0:
            return TOO_DEEP
        content = cast("dict[object, object] | list[object]", value)
        return next((problem for problem in _problems(path, content, depth - 1) if problem is not None), None)
    return None if can_stand(value) else value_problem(path, value)


def _problems(path: str, content: dict[object, object] | list[object], depth: int) -> Iterator[str | None]:
    if isinstance(content, list):
        for n, item in enumerate(content):
            yield _problem(f"{path}[{n}]", item, depth)
        return
    for key, item in content.items():
        if not isinstance(key, str):
            yield key_problem(path, key)
        elif not _is_utf8(key):
            yield value_problem(f"{path}[{key!a}]", key)
        else:
            yield _problem(key_path(path, key), item, depth)


def can_stand(value: object) -> bool:
    """Whether a single value can stand in plain JSON."""
    match value:
        case None | bool():
            return True
        case str():
            return _is_utf8(value)
        case float():
            return math.isfinite(value)
        case int():
            return value.bit_length() < 14_000  # Python writes no more than 4300 digits
        case _:
            return False


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_decoder = json.JSONDecoder(parse_constant=_no_constant)
