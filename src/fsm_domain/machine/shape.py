"""What a type of context writes, as far as its fields say."""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, NotRequired, Required, TypeAlias, cast

from typing_extensions import ReadOnly, is_typeddict

Hint: TypeAlias = Any
"""Whatever may stand in an annotation."""


def shape(kind: object) -> object:
    """Fields and their types, as plain JSON; a type that names no fields is its own name.

    What only reading knows, defaults among it, does not count, nor do names of classes that have fields: an object of
    two types of one shape is written alike.
    """
    return _shape(kind, ())


def _shape(kind: Hint, above: tuple[object, ...]) -> object:
    kind = getattr(kind, "__value__", kind)  # what a `type` alias stands for
    origin: Hint = typing.get_origin(kind)
    parts: tuple[Hint, ...] = typing.get_args(kind)
    if kind in above:
        return "..."
    if origin is typing.Annotated or origin in (Required, NotRequired, ReadOnly):
        return _shape(parts[0], above)
    if origin is typing.Literal:
        return ["Literal", *sorted(map(repr, parts))]
    if origin is typing.Union or origin is types.UnionType:
        return ["|", *sorted((_shape(part, above) for part in parts), key=repr)]
    if parts:
        return [_name(origin), *(_shape(part, above) for part in parts)]
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return ["Enum", *sorted(repr(member.value) for member in kind)]
    hints = _fields(kind)
    return _name(kind) if hints is None else {name: _shape(hint, (*above, kind)) for name, hint in hints.items()}


def _fields(kind: Hint) -> dict[str, Any] | None:
    """Of a dataclass, a pydantic model or a TypedDict; None: of nothing else are they known."""
    if not inspect.isclass(kind):
        return None
    model = cast("object", getattr(kind, "model_fields", None))  # pydantic is not imported here
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
    elif isinstance(model, dict):
        names = list(cast("dict[str, object]", model))
    elif is_typeddict(kind):
        names = list(cast("dict[str, object]", kind.__annotations__))
    else:
        return None
    hints = _hints(kind)
    return {name: hints.get(name, "?") for name in names}


def _hints(kind: Hint) -> dict[str, Any]:
    """Annotations as types; as they are written, where one of them is known to type checkers alone."""
    try:
        return typing.get_type_hints(kind)
    except Exception:  # noqa: BLE001 - the user's own text is evaluated here: it may raise anything
        written: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            written |= inspect.get_annotations(base)
        return written


def _name(kind: object) -> str:
    if isinstance(kind, str):
        return kind
    return str(getattr(kind, "__name__", None) or kind)
