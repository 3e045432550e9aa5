"""Which events an action says that it returns, as far as its annotation can be read at run time."""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from functools import partial
from types import NoneType, SimpleNamespace, UnionType


def declared_events(action: Callable[..., object] | None) -> frozenset[str | None]:
    """The literals in the return annotation; empty where it has none, or only a type checker can read it.

    Partials, bound methods, callable objects and ``async`` actions are looked through.
    """
    while isinstance(action, partial):
        action = action.func
    return frozenset(_events(_return_annotation(action)))


def _return_annotation(action: Callable[..., object] | None) -> object:
    if not hasattr(action, "__annotations__"):
        action = getattr(action, "__call__", None)  # noqa: B004 - an object whose class says how it is called
    try:
        # On its own: a parameter's annotation may be one that only a type checker can resolve.
        written = {name: hint for name, hint in action.__annotations__.items() if name == "return"}
        alone = SimpleNamespace(__annotations__=written, __wrapped__=action)
        return typing.get_type_hints(alone).get("return")
    except Exception:  # noqa: BLE001 - the user's own text is evaluated here: it may raise anything
        return None


def _events(hint: object) -> Iterator[str | None]:
    hint = getattr(hint, "__value__", hint)  # what a `type` alias stands for
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint is NoneType:
        yield None
    elif origin is typing.Literal:
        yield from _literals(parts)
    elif origin is typing.Union or origin is UnionType:
        for part in parts:
            yield from _events(part)
    elif isinstance(origin, type) and issubclass(origin, Awaitable):
        yield from _events(parts[-1])


def _literals(values: tuple[object, ...]) -> Iterator[str | None]:
    for value in values:
        if isinstance(value, str):
            yield str(value.value) if isinstance(value, Enum) else value
        elif value is None:
            yield None
