"""Suite of the port ContextCodec."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from typing_extensions import TypedDict

from fsm_contract import samples
from fsm_contract.suite import Suite
from fsm_ports import ContextCodec, ContextError


@dataclass(frozen=True, kw_only=True)
class CodecSubject:
    """A codec; it has to know at least dicts, TypedDicts and dataclasses."""

    codec: ContextCodec


@dataclass
class Item:
    name: str
    price: int


@dataclass
class Order:
    id: str
    items: list[Item]
    payment: str | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])


class Parcel(TypedDict):
    weight: float
    contents: list[str]


def _order() -> Order:
    return Order("o-1", [Item("book", 5), Item(samples.TEXT, 7)], None, {"žluť": "kůň"})


CONTEXTS: list[tuple[type, object]] = [
    (dict, {}),
    (dict, {"a": [1, -2.5, True, False, None, "x"], "b": {"c": {"d": []}}}),
    (dict, {samples.TEXT: samples.TEXT}),
    (dict, {"big": 2**70, "small": 1e-300}),
    (Order, _order()),
    (Parcel, {"weight": 1.5, "contents": ["a", "b"]}),
]


class ContextCodecContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> CodecSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: CodecSubject) -> None:
        self.check_adapter(subject.codec)

    @pytest.mark.parametrize(("type_", "context"), CONTEXTS, ids=lambda v: getattr(v, "__name__", ""))
    def test_what_was_encoded_can_be_decoded(self, subject: CodecSubject, type_: type, context: object) -> None:
        assert subject.codec.decode(type_, subject.codec.encode(context)) == context

    @pytest.mark.parametrize(("type_", "context"), CONTEXTS, ids=lambda v: getattr(v, "__name__", ""))
    def test_text_is_standard_json(self, subject: CodecSubject, type_: type, context: object) -> None:
        def refuse(constant: str) -> float:
            raise AssertionError(f"{constant} is no JSON")

        text = subject.codec.encode(context)
        assert isinstance(json.loads(text, parse_constant=refuse), dict), type_
        assert text.encode("utf-8").decode("utf-8") == text

    def test_decoding_makes_an_object_of_the_type(self, subject: CodecSubject) -> None:
        order = subject.codec.decode(Order, '{"id": "o-1", "items": [{"name": "book", "price": 5}]}')
        assert order == Order("o-1", [Item("book", 5)])
        assert isinstance(order.items[0], Item)

    @pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
    def test_number_that_json_does_not_know_is_an_error(self, subject: CodecSubject, number: float) -> None:
        self._refused("$.a.b[1]", lambda: subject.codec.encode({"a": {"b": [1, number]}}))

    @pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}'])
    def test_text_that_is_not_standard_json_is_an_error(self, subject: CodecSubject, text: str) -> None:
        self._refused("", lambda: subject.codec.decode(dict[str, object], text))

    @pytest.mark.parametrize("text", ["", "{", '{"a": }', "{'a': 1}", "nonsense"])
    def test_broken_text_is_an_error(self, subject: CodecSubject, text: str) -> None:
        self._refused("", lambda: subject.codec.decode(dict[str, object], text))

    @pytest.mark.parametrize(
        "value", [date(2026, 1, 2), {1, 2}, b"bytes", object(), 1j], ids=lambda v: type(v).__name__
    )
    def test_value_that_is_not_json_is_an_error_and_is_named(self, subject: CodecSubject, value: object) -> None:
        self._refused("$.items[2].price", lambda: subject.codec.encode({"items": [1, 2, {"price": value}]}))

    @pytest.mark.parametrize("key", [1, None, True, 2.5], ids=str)
    def test_key_that_is_not_text_is_an_error(self, subject: CodecSubject, key: object) -> None:
        """Turned into text in silence it would come back as another key."""
        self._refused("$.a", lambda: subject.codec.encode({"a": {key: "x"}}))

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ('{"id": "o-1", "items": [{"name": "a", "price": 1}, {"name": "b", "price": "x"}]}', "$.items[1].price"),
            ('{"id": "o-1", "items": [{"name": "a"}]}', "$.items[0].price"),
            ('{"items": []}', "$.id"),
            ('{"id": "o-1", "items": {}}', "$.items"),
            ('{"id": "o-1", "items": [], "tags": {"a": [1]}}', "$.tags"),
        ],
    )
    def test_what_does_not_fit_its_type_is_an_error_and_is_named(
        self, subject: CodecSubject, text: str, path: str
    ) -> None:
        self._refused(path, lambda: subject.codec.decode(Order, text))

    def test_typed_dict_is_checked_too(self, subject: CodecSubject) -> None:
        self._refused("$.contents[1]", lambda: subject.codec.decode(Parcel, '{"weight": 1.5, "contents": ["a", {}]}'))

    def test_value_in_a_dataclass_that_is_not_json_is_named(self, subject: CodecSubject) -> None:
        order = _order()
        order.tags["when"] = date(2026, 1, 2)  # type: ignore[assignment]  # what an untyped caller does
        self._refused("$.tags.when", lambda: subject.codec.encode(order))

    def _refused(self, path: str, work: Callable[[], object]) -> None:
        with pytest.raises(ContextError) as caught:
            work()
        assert path in str(caught.value)
