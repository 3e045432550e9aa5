"""TypedDicts of `typing` as those of `typing_extensions`, which alone pydantic takes before Python 3.12."""

from __future__ import annotations

from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import TypedDict, is_typeddict

_functional = cast("Any", TypedDict)  # Any: type checkers know TypedDict's call with literal fields only


def modern(kind: object) -> object:
    """The type with each TypedDict of `typing` in it rewritten; a recursive one is left to pydantic's own error."""
    return _modern(kind, ())


def _modern(kind: object, inside: tuple[object, ...]) -> object:
    if is_typeddict(kind) and type(kind).__module__ == "typing" and kind not in inside:
        return _rewritten(cast("type", kind), (*inside, kind))
    origin, args = cast("Any", get_origin(kind)), get_args(kind)  # Any: whatever takes parameters
    if not args or origin is Literal:
        return kind
    if origin is Annotated:
        first, *notes = args
        return cast("Any", Annotated)[(_modern(first, inside), *notes)]  # Any: a special form
    changed = tuple(_modern(arg, inside) for arg in args)
    if changed == args:
        return kind
    if origin is UnionType:
        origin = Union
    return cast("object", origin[changed[0] if len(changed) == 1 else changed])


def _rewritten(kind: type, inside: tuple[object, ...]) -> object:
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
    entries: dict[str, object] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        entry = _modern(hint, inside)
        if get_origin(entry) not in (Required, NotRequired):
            presence = cast("Any", Required) if name in required else cast("Any", NotRequired)  # Any: special forms
            entry = presence[entry]
        entries[name] = entry
    return cast("object", _functional(kind.__name__, entries))
