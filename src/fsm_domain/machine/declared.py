"""Which events an action says that it returns, as far as its annotation can be read at run time."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import Literal


def declared_events(action: Callable[..., object] | None) -> frozenset[str | None]:
    """The literals in the return annotation; empty where it has none, or only a type checker can read it."""
    while isinstance(action, partial):
        action = action.func
    if action is not None and not hasattr(action, "__annotations__"):
        action = getattr(action, "__call__", None)  # noqa: B004 - an object whose class defines how it is called
    try:
        hints = typing.get_type_hints(action) if action is not None else {}
    except (NameError, TypeError, AttributeError):
        return frozenset()
    return frozenset(_literals(hints.get("return")))


def _literals(hint: object) -> Iterator[str | None]:
    if typing.get_origin(hint) is Literal:
        for value in typing.get_args(hint):
            yield str(value.value) if isinstance(value, Enum) else value
    else:
        for part in typing.get_args(hint):
            yield from _literals(part)
