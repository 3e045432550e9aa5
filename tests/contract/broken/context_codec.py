"""Wrong codecs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any, ClassVar, TypeVar, cast

import pytest

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_contract import CodecSubject, ContextCodecContract
from fsm_ports import ContextError
from tests.contract.broken.rejection import rejected_by

T = TypeVar("T")


class OnCodec(ContextCodecContract):
    wrong: ClassVar[type[JsonCodec]]

    @pytest.fixture
    def subject(self) -> CodecSubject:
        return CodecSubject(codec=self.wrong())


def _loosely(context: object, default: Callable[[Any], object] | None = None) -> str:  # Any: as json's own `default`
    plain = asdict(context) if is_dataclass(context) and not isinstance(context, type) else context
    return json.dumps(plain, default=default, ensure_ascii=False)


@rejected_by(
    OnCodec,
    "test_value_that_is_not_json_is_an_error_and_is_named",
    "test_value_in_a_dataclass_that_is_not_json_is_named",
)
class WritesTextForWhatIsNotJson(JsonCodec):
    """As the original framework did."""

    def encode(self, context: object) -> str:
        try:
            return super().encode(context)
        except ContextError:
            if "NaN" in (text := _loosely(context, str)) or "Infinity" in text or _has_other_keys(context):
                raise
            return text


@rejected_by(OnCodec, "test_number_that_json_does_not_know_is_an_error")
class WritesNaN(JsonCodec):
    def encode(self, context: object) -> str:
        try:
            return super().encode(context)
        except ContextError:
            text = _loosely(context, lambda _: {})
            if "NaN" in text or "Infinity" in text:
                return text
            raise


@rejected_by(OnCodec, "test_key_that_is_not_text_is_an_error")
class TurnsKeysIntoText(JsonCodec):
    def encode(self, context: object) -> str:
        return _loosely(context) if _has_other_keys(context) else super().encode(context)


@rejected_by(
    OnCodec,
    "test_what_does_not_fit_its_type_is_an_error_and_is_named",
    "test_typed_dict_is_checked_too",
)
class NamesNoField(JsonCodec):
    def decode(self, type: type[T], text: str) -> T:
        try:
            return super().decode(type, text)
        except ContextError as error:
            raise ContextError("the context does not fit its type") from error


@rejected_by(OnCodec, "test_broken_text_is_an_error")
class TakesBrokenTextForAnEmptyContext(JsonCodec):
    def decode(self, type: type[T], text: str) -> T:
        try:
            json.loads(text)
        except ValueError:
            text = "{}"
        return super().decode(type, text)


def _has_other_keys(context: object) -> bool:
    """In the place where the suite puts them."""
    if not isinstance(context, dict):
        return False
    inner = cast("dict[object, object]", context).get("a")
    return isinstance(inner, dict) and any(type(key) is not str for key in cast("dict[object, object]", inner))
