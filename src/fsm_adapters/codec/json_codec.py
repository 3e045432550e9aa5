"""Contexts as standard JSON: plain data by the standard library, typed objects by pydantic."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin

from fsm_adapters.codec.plain import plain_text, problem_in
from fsm_ports.codec import ContextCodec, ContextError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")


class JsonCodec(ContextCodec):
    """Dicts hold plain JSON values; dataclasses and pydantic models whatever pydantic reads back as it was.

    A TypedDict is checked when it is read, and holds plain JSON values.  pydantic is imported at the first typed
    context.  Types are taken at their word: no number is made of a text, and an unknown field is an error.
    """

    def __init__(self) -> None:
        self._readers: dict[object, Callable[[str], object]] = {}
        self._adapters: dict[type, TypeAdapter[Any]] = {}  # Any: an adapter for each type of the user's

    def decode(self, type: type[T], text: str) -> T:
        reader = self._readers.get(type)
        if reader is None:
            reader = self._readers[type] = _read_dict if _is_plain_dict(type) else self._typed_reader(type)
        return cast("T", reader(text))

    def encode(self, context: object) -> str:
        if isinstance(context, dict | list) or context is None or isinstance(context, str | int | float):
            return plain_text(cast("object", context))
        return plain_text(self._dumped(context))

    def _dumped(self, context: object) -> object:
        kind = type(context)
        adapter = self._adapters.get(kind)
        if adapter is None:
            if not is_dataclass(context) and not hasattr(context, "model_dump_json"):
                raise ContextError(problem_in("$", context))
            adapter = self._adapters[kind] = _adapter(kind)
        from pydantic_core import PydanticSerializationError

        try:
            return adapter.dump_python(context, mode="json", warnings="error")
        except PydanticSerializationError as error:
            raise ContextError(f"{kind.__name__} does not fit its fields: {error}") from None

    def _typed_reader(self, kind: type[object]) -> Callable[[str], object]:
        from pydantic import ValidationError

        adapter = _adapter(kind)
        known = {field.name for field in fields(kind)} if is_dataclass(kind) else None

        def read(text: str) -> object:
            try:
                value = adapter.validate_json(text, strict=True)
            except ValidationError as error:
                raise ContextError(_first_problem(kind, error)) from None
            if known is not None:
                _refuse_unknown(kind, known, text)
            return value

        return read


def _read_dict(text: str) -> object:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ContextError(f"the context is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise ContextError(f"$: a context of type dict is a JSON object, not {type(value).__name__}")
    return cast("object", value)


def _is_plain_dict(kind: object) -> bool:
    """`dict` itself, or one whose values may be anything."""
    if kind is dict:
        return True
    return get_origin(kind) is dict and get_args(kind)[0] is str and get_args(kind)[1] in (object, Any)


def _adapter(kind: type[object]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(kind)
    except (PydanticUserError, NameError) as error:
        raise ContextError(f"{kind!r} cannot be a context: {error}") from None


def _first_problem(kind: type[object], error: Any) -> str:  # noqa: ANN401 - a ValidationError, imported lazily
    problems = error.errors(include_url=False, include_input=False)
    first = problems[0]
    path = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{path}: {first['msg']}, for a context of type {getattr(kind, '__name__', kind)}{more}"


def _refuse_unknown(kind: type[object], known: set[str], text: str) -> None:
    """A field that would be dropped in silence: written by a newer version of the type, or misspelt."""
    found: dict[str, object] = json.loads(text)
    unknown = sorted(set(found) - known)
    if unknown:
        raise ContextError(f"$.{unknown[0]}: {kind.__name__} has no such field; it has {', '.join(sorted(known))}")
