"""Dataclasses as contexts: what comes back, and what text is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_ports.codec import ContextError
from tests.unit.fsm_adapters.codec.orders import Card, Cash, Colour, Item, Order, refused

drawn = settings(deadline=None, database=None, print_blob=True)
T = TypeVar("T")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


ITEMS = st.builds(Item, name=TEXT, price=st.decimals(allow_nan=False, allow_infinity=False))
ORDERS = st.builds(
    Order,
    id=TEXT,
    items=st.lists(ITEMS, max_size=3),
    payment=st.none() | st.builds(Card, number=TEXT) | st.builds(Cash, cents=st.integers()),
    colour=st.sampled_from(Colour),
    pair=st.tuples(st.integers(), TEXT),
    several=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3).map(tuple),
    tags=st.frozensets(TEXT, max_size=3),
    by_name=st.dictionaries(TEXT, st.lists(st.integers(), max_size=2), max_size=3),
    at=st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC)),
    day=st.none() | st.dates(),
    hour=st.none() | st.times(),
    took=st.none() | st.timedeltas(min_value=timedelta(days=-9999), max_value=timedelta(days=9999)),
    key=st.none() | st.uuids(),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    count=st.none() | st.integers(),
    done=st.booleans(),
    note=st.none() | TEXT | st.lists(st.integers(), max_size=2),
)


@pytest.fixture
def codec() -> JsonCodec:
    return JsonCodec()


@drawn
@given(ORDERS)
def test_dataclass_comes_back_as_it_was(order: Order) -> None:
    codec = JsonCodec()
    assert codec.decode(Order, codec.encode(order)) == order


def test_conversions_are_those_that_a_person_expects(codec: JsonCodec) -> None:
    order = Order(
        "o-1", [Item("book", Decimal("1.10"))], at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC), took=timedelta(minutes=2)
    )
    text = codec.encode(order)
    assert '"price":"1.10"' in text
    assert '"at":"2026-01-02T03:04:00Z"' in text
    assert '"took":"PT2M"' in text
    assert '"colour":"red"' in text


def test_field_that_is_left_out_has_its_default(codec: JsonCodec) -> None:
    """Text of an older version of the type."""
    assert codec.decode(Order, '{"id": "o-1"}') == Order("o-1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "$.id: Field required"),
        ('{"id": 5}', "$.id: Input should be a valid string, not a number"),
        ('{"id": null}', "$.id: Input should be a valid string, not null"),
        ('{"id": "a", "items": [{"name": "b", "price": "1"}, {"name": "b"}]}', "$.items[1].price: Field required"),
        ('{"id": "a", "count": "5"}', "$.count: Input should be a valid integer, not text"),
        ('{"id": "a", "count": 5.0}', "$.count: Input should be a valid integer"),
        ('{"id": "a", "done": 1}', "$.done: Input should be a valid boolean"),
        ('{"id": "a", "mode": "x"}', "$.mode: Input should be 'slow' or 'fast'"),
        ('{"id": "a", "colour": "green"}', "$.colour: Input should be 'red' or 'blue'"),
        ('{"id": "a", "at": "soon"}', "$.at: Input should be a valid datetime"),
        ('{"id": "a", "by_name": {"x y": [null]}}', '$.by_name["x y"][0]: Input should be a valid integer, not null'),
        ('{"id": "a", "nam": 1}', "$.nam: no field of Order (written by a newer version of it, or misspelt)"),
        ('{"id": "a", "items": [{"name": "b", "price": "1", "x": 1}]}', "$.items[0].x: no field of Order"),
        (
            '{"id": 5, "done": 1}',
            "$.id: Input should be a valid string, not a number, for a context of type Order (and 1",
        ),
        ("[]", "$: Input should be"),
        ("{", "$: Invalid JSON"),
        ("", "$: Invalid JSON"),
        ('{"id": "a", "ratio": NaN}', "the context is no JSON: NaN"),
        ('{"id": "a", "ratio": -Infinity}', "the context is no JSON: -Infinity"),
    ],
)
def test_text_that_does_not_fit_is_refused_by_path_and_type(codec: JsonCodec, text: str, reason: str) -> None:
    assert refused(lambda: codec.decode(Order, text)).startswith(reason)


def test_word_nan_in_a_text_is_a_word(codec: JsonCodec) -> None:
    assert codec.decode(Order, '{"id": "NaN Infinity"}') == Order("NaN Infinity")


def test_what_happens_to_the_object_later_does_not_change_the_text(codec: JsonCodec) -> None:
    order = Order("o-1")
    text = codec.encode(order)
    order.items.append(Item("book", Decimal(1)))
    assert codec.decode(Order, text) == Order("o-1")


@dataclass
class Careful:
    cents: int

    def __post_init__(self) -> None:
        if self.cents < 0:
            raise ValueError("cents are counted from 0")
        if self.cents > 100:
            raise KeyError("purse")


@pytest.mark.parametrize(("cents", "reason"), [(-1, "cents are counted from 0"), (101, "KeyError: 'purse'")])
def test_refusal_by_the_type_itself_is_told(codec: JsonCodec, cents: int, reason: str) -> None:
    assert reason in refused(lambda: codec.decode(Careful, f'{{"cents": {cents}}}'))


@dataclass
class Purse:
    cards: dict[str, int]
    coins: list[int]
    key: UUID | None = None
    careful: Careful | None = None


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('{"cards": {"secret": "secret"}, "coins": []}', "$.cards[*]: Input should be a valid integer"),
        ('{"cards": {}, "coins": [1, "secret"]}', "$.coins[*]: Input should be a valid integer"),
        ('{"cards": {}, "coins": [], "key": "secret"}', "$.key: uuid_parsing"),
        ('{"cards": {}}', "$.coins: Field required"),
        ('{"cards": {}, "coins": [], "old": "secret"}', "$.old: no field of Purse"),
        ('{"cards": {}, "coins": [], "careful": {"cents": -1}}', "$.careful: a check of its own fails"),
        ('{"cards": {}, "coins": [], "careful": {"cents": 101}}', "Purse cannot be made: KeyError"),
        ('["secret"', "$: json_invalid"),
    ],
)
def test_bare_reason_has_nothing_of_the_context(codec: JsonCodec, text: str, bare: str) -> None:
    with pytest.raises(ContextError) as caught:
        codec.decode(Purse, text)
    assert caught.value.bare.startswith(bare)
    assert "secret" not in caught.value.bare


class Socket:
    """A type that nobody can write down."""


@dataclass
class Connected:
    socket: Socket


def test_type_that_cannot_be_written_is_refused_by_name(codec: JsonCodec) -> None:
    assert refused(lambda: codec.decode(Connected, "{}")).startswith("Connected cannot be the type of a context")


@dataclass
class Box(Generic[T]):
    content: T


def test_type_with_parameters(codec: JsonCodec) -> None:
    box = codec.decode(Box[int], '{"content": 5}')
    assert box == Box(5)
    assert codec.decode(Box[int], codec.encode(box)) == box
    assert refused(lambda: codec.decode(Box[int], '{"content": "5"}')).startswith("$.content: Input should be")


def test_dict_with_typed_values(codec: JsonCodec) -> None:
    assert codec.decode(dict[str, int], '{"a": 1}') == {"a": 1}
    assert refused(lambda: codec.decode(dict[str, int], '{"a": "1"}')).startswith("$.a: Input should be")
