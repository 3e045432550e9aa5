"""TypedDicts as contexts."""

from __future__ import annotations

import typing
from typing import Annotated, Literal, NotRequired

import pytest
import typing_extensions

from fsm_adapters.codec.json_codec import JsonCodec
from tests.unit.fsm_adapters.codec.orders import refused


@pytest.fixture
def codec() -> JsonCodec:
    return JsonCodec()


class Line(typing.TypedDict):
    name: str
    price: NotRequired[float]


class Basket(typing.TypedDict):
    lines: list[Line]
    first: Line | None
    noted: Annotated[dict[str, Line], "by name"]
    mode: Literal["slow", "fast"]


class Receipt(Basket, total=False):
    total: float


class Parcel(typing_extensions.TypedDict, total=False):
    weight: typing_extensions.Required[float]
    contents: list[str]


RECEIPT: Receipt = {
    "lines": [{"name": "a"}, {"name": "b", "price": 1.5}],
    "first": None,
    "noted": {"x": {"name": "x"}},
    "mode": "slow",
}


def test_typed_dict_of_either_module(codec: JsonCodec) -> None:
    assert codec.decode(Receipt, codec.encode(RECEIPT)) == RECEIPT
    assert codec.decode(Receipt, codec.encode({**RECEIPT, "total": 1.5})) == {**RECEIPT, "total": 1.5}
    assert codec.decode(Parcel, '{"weight": 1.5}') == {"weight": 1.5}


MISFITS: list[tuple[dict[str, object], str]] = [
    ({"lines": None}, "$.lines: Input should be a valid array, not null"),
    ({"lines": [{"name": "a", "price": "1"}]}, "$.lines[0].price: Input should be a valid number, not text"),
    ({"lines": [{}]}, "$.lines[0].name: Field required"),
    ({"noted": {"x": {"name": 1}}}, "$.noted.x.name: Input should be a valid string"),
    ({"first": {"name": "a", "x": 1}}, "$.first.x: no field of Receipt"),
    ({"mode": "x"}, "$.mode: Input should be 'slow' or 'fast'"),
    ({"total": "1"}, "$.total: Input should be a valid number"),
    ({"totl": 1.5}, "$.totl: no field of Receipt"),
]


@pytest.mark.parametrize(("change", "reason"), MISFITS)
def test_typed_dict_is_checked_when_it_is_read(codec: JsonCodec, change: dict[str, object], reason: str) -> None:
    text = codec.encode({**RECEIPT, **change})
    assert refused(lambda: codec.decode(Receipt, text)).startswith(reason)


def test_typed_dict_without_a_required_key(codec: JsonCodec) -> None:
    assert refused(lambda: codec.decode(Parcel, '{"contents": []}')).startswith("$.weight: Field required")
