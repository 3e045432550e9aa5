"""Whether an object came back from its JSON text as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

from fsm_adapters.codec.problems import key_path

_GONE = object()


def first_difference(given: object, back: object) -> str | None:
    """What changed, for a person; None where nothing did."""
    return None if _equal(given, back) else _difference("$", given, back)


def _difference(path: str, given: object, back: object) -> str | None:
    if type(given) is type(back) and (parts := _parts(path, given, back)) is not None:
        return next((found for part in parts if (found := _difference(*part)) is not None), None)
    if _equal(given, back) or (type(given) is type(back) and type(given).__eq__ is object.__eq__):
        return None
    if back is _GONE:
        return f"{path}: it would be lost"
    before, after = type(given).__name__, type(back).__name__
    if before == after:
        return f"{path}: {before} would come back as another {after}"
    return f"{path}: {before} would come back as {after}; give the field the type of what it holds"


def _parts(path: str, given: object, back: object) -> Iterator[tuple[str, object, object]] | None:
    """What two objects of one type consist of, side by side; None for a single value."""
    if is_dataclass(given) and not isinstance(given, type):
        names = [field.name for field in fields(given)]
        return ((f"{path}.{n}", getattr(given, n, _GONE), getattr(back, n, _GONE)) for n in names)
    if hasattr(given, "model_dump_json"):
        return _entries(path, _model_parts(given), _model_parts(back))
    if isinstance(given, dict):
        return _entries(path, cast("dict[object, object]", given), cast("dict[object, object]", back))
    if isinstance(given, list | tuple):
        ours, theirs = cast("list[object]", given), cast("list[object]", back)
        if len(ours) == len(theirs):
            return ((f"{path}[{n}]", a, b) for n, (a, b) in enumerate(zip(ours, theirs, strict=True)))
    return None


def _entries(
    path: str,
    given: Mapping[Any, object],
    back: Mapping[Any, object],  # Any: whatever is a key
) -> Iterator[tuple[str, object, object]]:
    for key in [*given, *(key for key in back if key not in given)]:
        yield key_path(path, str(key)), given.get(key, _GONE), back.get(key, _GONE)


def _model_parts(model: object) -> Mapping[str, object]:
    extra: dict[str, object] = getattr(model, "__pydantic_extra__", None) or {}
    return {**vars(model), **extra}


def _equal(given: object, back: object) -> bool:
    try:
        return bool(given == back)
    except Exception:  # noqa: BLE001 - an __eq__ of the user's
        return False
