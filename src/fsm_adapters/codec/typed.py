"""Dataclasses, pydantic models and TypedDicts as JSON, by pydantic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import ErrorDetails, to_json

from fsm_adapters.codec.differences import first_difference
from fsm_adapters.codec.plain import can_stand, read_plain
from fsm_adapters.codec.problems import json_kind, key_path, value_problem
from fsm_adapters.codec.typed_dicts import modern
from fsm_ports.codec import ContextError

_UNKNOWN_FIELD = {"unexpected_keyword_argument", "extra_forbidden"}
_OWN_CHECK = {"value_error", "assertion_error"}


class TypedContext:
    """Reads and writes the objects of one type.

    Raises:
        ContextError: pydantic can make nothing of the type.
    """

    def __init__(self, kind: type) -> None:
        self._name = getattr(kind, "__name__", str(kind))
        try:
            self._adapter = TypeAdapter[Any](cast("Any", modern(cast("object", kind))))  # Any: the user's type
        except (PydanticUserError, NameError, TypeError) as error:
            reason = str(error).partition("\n")[0]
            problem = f"{self._name} cannot be the type of a context: {reason}"
            raise ContextError(problem, problem) from error
        self._extra: Literal["forbid"] | None = None if _says_extra(self._adapter.core_schema) else "forbid"
        self._fields = frozenset(_fields(self._adapter.core_schema))

    def read(self, text: str) -> object:
        """The object in JSON text; strictly of the type."""
        try:
            value: object = self._adapter.validate_json(text, strict=True, extra=self._extra)
        except ValidationError as error:
            raise ContextError(*self._misfit(error)) from None
        except Exception as error:
            # The user's own validators and __post_init__ run in there.
            problem = f"{self._name} cannot be made: {type(error).__name__}"
            raise ContextError(f"{problem}: {error}", problem) from error
        if "NaN" in text or "Infinity" in text:
            read_plain(text)  # pydantic takes them for numbers
        return value

    def write(self, context: object) -> str:
        """The object as JSON text, of which `read` makes an equal object."""
        try:
            text = self._adapter.dump_json(context, by_alias=True, round_trip=True, warnings=False).decode()
            back = self.read(text)
        except ContextError as error:
            raise ContextError(self._unwritable(context) or str(error)) from None
        except Exception as error:
            # The user's own serializers run in there.
            reason = self._unwritable(context) or f"{self._name} cannot be written: {type(error).__name__}: {error}"
            raise ContextError(reason) from error
        difference = first_difference(context, back)
        if difference is not None:
            raise ContextError(self._unwritable(context) or difference)
        return text

    def _unwritable(self, context: object) -> str | None:
        """The first value that JSON cannot hold, for those whose place pydantic does not tell, or which it replaces."""
        try:
            content: object = self._adapter.dump_python(context, by_alias=True, round_trip=True, warnings=False)
            return next((value_problem(path, value) for path, value in _leaves("$", content) if _is_bad(value)), None)
        except Exception:  # noqa: BLE001 - the user's serializers again; the caller knows the first error
            return None

    def _misfit(self, error: ValidationError) -> tuple[str, str]:
        """What is wrong, and the same without anything of the context."""
        problems = error.errors(include_url=False, include_context=False)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return f"{self._told(problems[0])}{more}", self._bare(problems[0])

    def _told(self, problem: ErrorDetails) -> str:
        path = "$"
        for part in problem["loc"]:
            path = f"{path}[{part}]" if isinstance(part, int) else key_path(path, part)
        if problem["type"] in _UNKNOWN_FIELD:
            return f"{path}: no field of {self._name} (written by a newer version of it, or misspelt)"
        if problem["type"].startswith(("json", "missing")):
            return f"{path}: {problem['msg']}, for a context of type {self._name}"
        return f"{path}: {problem['msg']}, not {json_kind(problem['input'])}, for a context of type {self._name}"

    def _bare(self, problem: ErrorDetails) -> str:
        """Keys of mappings are data, and so are places in lists; the message of a validator may say anything."""
        kind, path = problem["type"], "$"
        last = len(problem["loc"]) - 1
        for n, part in enumerate(problem["loc"]):
            is_field = part in self._fields or (n == last and kind in _UNKNOWN_FIELD)
            path = key_path(path, str(part)) if is_field else f"{path}[*]"
        if kind in _UNKNOWN_FIELD:
            return f"{path}: no field of {self._name}"
        if kind in _OWN_CHECK:
            said = "a check of its own fails"
        else:  # some messages quote the input
            said = problem["msg"] if kind == "missing" or kind.endswith("_type") else kind
        return f"{path}: {said}, for a context of type {self._name}"


def _fields(schema: object) -> Iterator[str]:
    """The names of all fields in a pydantic schema, by which JSON may have them."""
    if isinstance(schema, list):
        for part in cast("list[object]", schema):
            yield from _fields(part)
    if not isinstance(schema, dict):
        return
    parts = cast("dict[str, object]", schema)
    fields = parts.get("fields")
    if isinstance(fields, dict):
        yield from cast("dict[str, object]", fields)
    if parts.get("type") == "dataclass-field":
        yield str(parts.get("name"))
    alias = parts.get("validation_alias")
    if isinstance(alias, str):
        yield alias
    for part in parts.values():
        yield from _fields(part)


def _says_extra(schema: object) -> bool:
    """Whether some type in a pydantic schema sets what becomes of unknown fields."""
    if isinstance(schema, dict):
        parts = cast("dict[str, object]", schema)
        return "extra_fields_behavior" in parts or any(_says_extra(part) for part in parts.values())
    return isinstance(schema, list) and any(_says_extra(part) for part in cast("list[object]", schema))


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            yield from _leaves(key_path(path, str(key)), item)
    elif isinstance(value, list | tuple):
        for n, item in enumerate(cast("list[object]", value)):
            yield from _leaves(f"{path}[{n}]", item)
    else:
        yield path, value


def _is_bad(value: object) -> bool:
    if isinstance(value, float | int):
        return not can_stand(value)
    try:
        to_json(value)
    except Exception:  # noqa: BLE001 - whatever it says, it cannot be written
        return True
    return False
