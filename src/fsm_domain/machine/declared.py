"""Which events an action says that it returns, as far as its annotation can be read at run time."""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from functools import partial
from types import NoneType, SimpleNamespace, UnionType

_DEEPEST = 100
"""Wrappers around one action; an object that answers to every name would go on for ever."""


def declared_events(action: Callable[..., object] | None) -> frozenset[str | None]:
    """The literals in the return annotation; empty where it has none, or only a type checker can read it.

    Partials, bound methods, callable objects, ``async`` actions and what has a ``__wrapped__`` are looked through.
    """
    return frozenset(_events(_return_annotation(inner(action))))


def declared_completely(action: Callable[..., object] | None) -> frozenset[str | None] | None:
    """The same, where the annotation consists of nothing but literals and None; None where it may return more."""
    hint = _return_annotation(inner(action))
    return frozenset(_events(hint)) if all(map(_is_told, _leaves(hint))) else None


def returns_any_text(action: Callable[..., object] | None) -> bool:
    """The annotation has a text in it that is no plain literal: ``str``, or members of an enum of texts."""
    return any(
        (isinstance(leaf, type) and issubclass(leaf, str)) or (isinstance(leaf, Enum) and isinstance(leaf, str))
        for leaf in _leaves(_return_annotation(inner(action)))
    )


def inner(action: Callable[..., object] | None) -> Callable[..., object] | None:
    """What is called in the end."""
    for _ in range(_DEEPEST):
        if isinstance(action, partial):
            action = action.func
        elif (wrapped := getattr(action, "__wrapped__", None)) is not None:
            action = wrapped
        else:
            break
    return action


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
    for leaf in _leaves(hint):
        if isinstance(leaf, str):
            yield str(leaf.value) if isinstance(leaf, Enum) else leaf
        elif leaf is NoneType:
            yield None


def _leaves(hint: object) -> Iterator[object]:
    """The parts of a union, of an awaitable's result, of a literal: texts, None's type, or else what stands there."""
    hint = getattr(hint, "__value__", hint)  # what a `type` alias stands for
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        yield from (NoneType if part is None else part for part in parts)
    elif origin is typing.Union or origin is UnionType:
        for part in parts:
            yield from _leaves(part)
    elif isinstance(origin, type) and issubclass(origin, Awaitable):
        yield from _leaves(parts[-1])
    else:
        yield hint


def _is_told(leaf: object) -> bool:
    return isinstance(leaf, str) or leaf is NoneType
