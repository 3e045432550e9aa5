"""Dataclasses and TypedDicts as contexts."""

from __future__ import annotations

import math
import typing
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

import pytest
import typing_extensions
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_ports import ContextError

drawn = settings(deadline=None, database=None, print_blob=True)
T = TypeVar("T")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(StrEnum):
    SMALL = "small"


class Level(IntEnum):
    LOW = 1


@dataclass
class Item:
    name: str
    price: Decimal


@dataclass
class Card:
    number: str


@dataclass
class Cash:
    cents: int


@dataclass
class Order:
    id: str
    items: list[Item] = field(default_factory=list[Item])
    payment: Card | Cash | None = None
    colour: Colour = Colour.RED
    size: Size = Size.SMALL
    level: Level = Level.LOW
    mode: Literal["slow", "fast"] = "slow"
    pair: tuple[int, str] = (0, "")
    several: tuple[float, ...] = ()
    tags: frozenset[str] = frozenset()
    by_name: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    at: datetime | None = None
    day: date | None = None
    hour: time | None = None
    took: timedelta | None = None
    key: uuid.UUID | None = None
    ratio: float = 0.0
    count: int | None = None
    done: bool = False
    note: object = None


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


def _refused(work: typing.Callable[[], object]) -> str:
    with pytest.raises(ContextError) as caught:
        work()
    return str(caught.value)


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
    assert _refused(lambda: codec.decode(Order, text)).startswith(reason)


def test_word_nan_in_a_text_is_a_word(codec: JsonCodec) -> None:
    assert codec.decode(Order, '{"id": "NaN Infinity"}') == Order("NaN Infinity")


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
    assert _refused(lambda: codec.encode(replace(Order("o-1"), **change))).startswith(reason)


def test_context_that_contains_itself(codec: JsonCodec) -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "cannot be written" in _refused(lambda: codec.encode(Order("o-1", note=loop)))


def test_what_happens_to_the_object_later_does_not_change_the_text(codec: JsonCodec) -> None:
    order = Order("o-1")
    text = codec.encode(order)
    order.items.append(Item("book", Decimal(1)))
    assert codec.decode(Order, text) == Order("o-1")


@dataclass(eq=False)
class Incomparable:
    id: str
    parts: list[Item] = field(default_factory=list[Item])
    note: object = None


def test_dataclass_without_equality_is_compared_by_its_fields(codec: JsonCodec) -> None:
    given = Incomparable("a", [Item("b", Decimal(1))])
    assert vars(codec.decode(Incomparable, codec.encode(given))) == vars(given)
    given.note = (1,)
    assert _refused(lambda: codec.encode(given)).startswith("$.note: tuple")


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
    assert reason in _refused(lambda: codec.decode(Careful, f'{{"cents": {cents}}}'))


@dataclass
class Doubling:
    cents: int

    def __post_init__(self) -> None:
        self.cents *= 2


def test_type_that_changes_its_own_fields_is_refused(codec: JsonCodec) -> None:
    assert _refused(lambda: codec.encode(Doubling(1))) == "$.cents: int would come back as another int"


class Socket:
    """A type that nobody can write down."""


@dataclass
class Connected:
    socket: Socket


def test_type_that_cannot_be_written_is_refused_by_name(codec: JsonCodec) -> None:
    assert _refused(lambda: codec.decode(Connected, "{}")).startswith("Connected cannot be the type of a context")


@dataclass
class Box(Generic[T]):
    content: T


def test_type_with_parameters(codec: JsonCodec) -> None:
    box = codec.decode(Box[int], '{"content": 5}')
    assert box == Box(5)
    assert codec.decode(Box[int], codec.encode(box)) == box
    assert _refused(lambda: codec.decode(Box[int], '{"content": "5"}')).startswith("$.content: Input should be")


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
    assert _refused(lambda: codec.decode(Receipt, text)).startswith(reason)


def test_typed_dict_without_a_required_key(codec: JsonCodec) -> None:
    assert _refused(lambda: codec.decode(Parcel, '{"contents": []}')).startswith("$.weight: Field required")


def test_dict_with_typed_values(codec: JsonCodec) -> None:
    assert codec.decode(dict[str, int], '{"a": 1}') == {"a": 1}
    assert _refused(lambda: codec.decode(dict[str, int], '{"a": "1"}')).startswith("$.a: Input should be")
