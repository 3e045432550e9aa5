"""A typed object that would not come back as it is, is refused when it is written."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fsm_adapters.codec.json_codec import JsonCodec
from tests.unit.fsm_adapters.codec.orders import Card, Colour, Item, Order, refused


@pytest.fixture
def codec() -> JsonCodec:
    return JsonCodec()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"note": (1, 2)}, "$.note: tuple would come back as list; give the field the type of what it holds"),
        ({"note": date(2026, 1, 2)}, "$.note: date would come back as str"),
        ({"note": {"when": [Colour.RED]}}, "$.note.when[0]: Colour would come back as str"),
        ({"note": Card("1")}, "$.note: Card would come back as dict"),
        ({"note": object()}, "$.note: object is no JSON"),
        ({"note": {"raw": [b"\xff"]}}, "$.note.raw[0]: bytes is no JSON"),
        ({"note": {"a": math.inf}}, "$.note.a: inf is no JSON number"),
        ({"note": 10**5000}, "$.note: a number of this many digits"),
        ({"ratio": math.nan}, "$.ratio: nan is no JSON number"),
        ({"count": "5"}, "$.count: Input should be a valid integer, not text"),
        ({"id": None}, "$.id: Input should be a valid string, not null"),
        ({"id": "\ud800"}, "$.id: the text holds half of a surrogate pair"),
        ({"mode": "x"}, "$.mode: Input should be 'slow' or 'fast'"),
        ({"items": [Item("a", Decimal("nan"))]}, "$.items[0].price: Input should be a finite number"),
        ({"tags": ["a"]}, "$.tags: list would come back as frozenset"),
        ({"by_name": {"a": date(2026, 1, 2)}}, "$.by_name.a: Input should be a valid"),
    ],
)
def test_value_that_would_not_come_back_is_refused_at_once(
    codec: JsonCodec, change: dict[str, Any], reason: str
) -> None:
    """By the step that made it, and not by the next, which could do nothing about it."""
    assert refused(lambda: codec.encode(replace(Order("o-1"), **change))).startswith(reason)


def test_context_that_contains_itself(codec: JsonCodec) -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "cannot be written" in refused(lambda: codec.encode(Order("o-1", note=loop)))


@dataclass(eq=False)
class Incomparable:
    id: str
    parts: list[Item] = field(default_factory=list[Item])
    note: object = None


def test_dataclass_without_equality_is_compared_by_its_fields(codec: JsonCodec) -> None:
    given = Incomparable("a", [Item("b", Decimal(1))])
    assert vars(codec.decode(Incomparable, codec.encode(given))) == vars(given)
    given.note = (1,)
    assert refused(lambda: codec.encode(given)).startswith("$.note: tuple")


@dataclass
class Doubling:
    cents: int

    def __post_init__(self) -> None:
        self.cents *= 2


def test_type_that_changes_its_own_fields_isrefused(codec: JsonCodec) -> None:
    assert refused(lambda: codec.encode(Doubling(1))) == "$.cents: int would come back as another int"
