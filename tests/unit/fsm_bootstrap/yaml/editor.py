"""What an editor says of a document, by a schema: jsonschema, with patterns as JavaScript reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, cast

from jsonschema import Draft7Validator, ValidationError, validators


class _Validator(Protocol):
    def iter_errors(self, instance: object, /) -> Iterator[ValidationError]: ...


def _pattern(validator: object, pattern: str, value: object, schema: object) -> Iterator[ValidationError]:
    """``$`` is the very end."""
    if isinstance(value, str) and not re.search(pattern.removesuffix("$") + r"\Z", value):
        yield ValidationError(f"{value!r} does not match {pattern}")


# types-jsonschema leaves these without types
_extend = cast("Callable[..., Callable[[Mapping[str, object]], _Validator]]", getattr(validators, "extend"))  # noqa: B009
_make = _extend(Draft7Validator, {"pattern": _pattern})


def errors(schema: Mapping[str, object], document: object) -> list[str]:
    """What is wrong with it."""
    return [error.message for error in _make(schema).iter_errors(document)]
