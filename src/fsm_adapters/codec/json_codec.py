"""Contexts as standard JSON: plain data by the standard library, typed objects by pydantic."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args, get_origin

from fsm_adapters.codec.plain import plain_text, read_plain
from fsm_adapters.codec.problems import json_kind
from fsm_ports.codec import ContextCodec, ContextError

if TYPE_CHECKING:
    from fsm_adapters.codec.typed import TypedContext

T = TypeVar("T")


class JsonCodec(ContextCodec):
    """What a context may hold depends on what it is.

    * A dict or list: text, finite numbers, true, false, None, and lists and dicts of them; keys are text.
    * A TypedDict: the same, and it is checked against its type when it is read.
    * A dataclass or pydantic model: whatever pydantic writes and reads back as an equal value, such as datetimes,
      Decimals, UUIDs, enums, tuples and sets in fields that say so, nested dataclasses and unions.  This is tried at
      every write.

    Types are taken at their word: no number is made of a text.  A field that the type does not have is an error, as
    dropping it would lose what a newer version of the code has written; where a pydantic type of the user's sets
    ``extra``, that decides.  pydantic is imported at the first context that is no plain dict or list.
    """

    def __init__(self) -> None:
        self._typed: dict[object, TypedContext] = {}

    def decode(self, type: type[T], text: str) -> T:
        if (kind := _plain_kind(type)) is not None:
            return cast("T", _checked(kind, read_plain(text)))
        return cast("T", self._of(type).read(text))

    def encode(self, context: object) -> str:
        if _is_typed(context):
            return self._of(type(context)).write(context)
        return plain_text(context)

    def _of(self, kind: type) -> TypedContext:
        typed = self._typed.get(kind)
        if typed is None:
            from fsm_adapters.codec.typed import TypedContext

            typed = self._typed[kind] = TypedContext(kind)
        return typed


def _is_typed(context: object) -> bool:
    """A pydantic model is known by what it can do: no import."""
    if type(context) is dict or isinstance(context, type):
        return False
    return is_dataclass(context) or (hasattr(context, "model_dump_json") and hasattr(context, "model_validate_json"))


def _plain_kind(kind: object) -> type | None:
    """dict, list or object, where nothing is said of what is in it."""
    if kind is dict or kind is list or kind is object:
        return cast("type", kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin is dict and args[0] is str and args[1] in (object, Any):
        return dict
    return list if origin is list and args[0] in (object, Any) else None


def _checked(kind: type, value: object) -> object:
    if not isinstance(value, kind):
        raise ContextError(f"$: {json_kind(value)} where the context's type is {kind.__name__}")
    return value
