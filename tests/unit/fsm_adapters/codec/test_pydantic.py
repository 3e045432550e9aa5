"""Pydantic models as contexts."""

# No `from __future__ import annotations`: pydantic reads the annotations of models that a test makes.

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, computed_field, field_validator

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_ports import ContextError

drawn = settings(deadline=None, database=None, print_blob=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


class Item(BaseModel):
    name: str
    price: Decimal = Decimal(0)


class Order(BaseModel):
    id: str
    items: list[Item] = []
    at: datetime | None = None
    note: object = None
    _cache: dict[str, int] = PrivateAttr(default_factory=dict[str, int])

    @computed_field  # type: ignore[prop-decorator]  # mypy takes no decorator above a property
    @property
    def count(self) -> int:
        return len(self.items)


class Renamed(BaseModel):
    order_id: str = Field(alias="orderId")


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    id: str


class Holder(BaseModel):
    open: Open


class Secretive(BaseModel):
    token: SecretStr = SecretStr("")


class Picky(BaseModel):
    id: str

    @field_validator("id")
    @classmethod
    def _known(cls, value: str) -> str:
        if not value.startswith("o-"):
            raise ValueError("an id begins with o-")
        return value


@pytest.fixture
def codec() -> JsonCodec:
    return JsonCodec()


def _refused(codec: JsonCodec, kind: type[object], text: str) -> str:
    with pytest.raises(ContextError) as caught:
        codec.decode(kind, text)
    return str(caught.value)


@drawn
@given(
    st.builds(
        Order,
        id=TEXT,
        items=st.lists(
            st.builds(Item, name=TEXT, price=st.decimals(allow_nan=False, allow_infinity=False)), max_size=3
        ),
        at=st.none() | st.datetimes(timezones=st.just(UTC)),
        note=st.none() | st.integers() | TEXT,
    )
)
def test_model_comes_back_as_it_was(order: Order) -> None:
    codec = JsonCodec()
    assert codec.decode(Order, codec.encode(order)) == order


def test_computed_field_is_computed_again(codec: JsonCodec) -> None:
    order = Order(id="o-1", items=[Item(name="a")])
    assert "count" not in codec.encode(order)
    assert codec.decode(Order, codec.encode(order)).count == 1


def test_private_attribute_belongs_to_the_process(codec: JsonCodec) -> None:
    order = Order(id="o-1")
    order._cache["a"] = 1
    assert codec.decode(Order, codec.encode(order))._cache == {}


def test_alias_is_what_is_written_and_read(codec: JsonCodec) -> None:
    text = codec.encode(Renamed(orderId="o-1"))
    assert text == '{"orderId":"o-1"}'
    assert codec.decode(Renamed, text).order_id == "o-1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"id": 5}', "$.id: Input should be a valid string, not a number, for a context of type Order"),
        ('{"id": "a", "items": [{"name": "b", "price": []}]}', "$.items[0].price: "),
        ('{"id": "a", "itms": []}', "$.itms: no field of Order"),
        ('{"id": "a", "note": Infinity}', "the context is no JSON: Infinity"),
    ],
)
def test_text_that_does_not_fit_is_refused_by_path(codec: JsonCodec, text: str, reason: str) -> None:
    assert _refused(codec, Order, text).startswith(reason)


def test_refusal_by_a_validator_is_told(codec: JsonCodec) -> None:
    assert _refused(codec, Picky, '{"id": "a"}').startswith("$.id: Value error, an id begins with o-")


def test_what_an_action_made_invalid_is_refused_when_it_is_written(codec: JsonCodec) -> None:
    """A model does not check assignments."""
    order = Picky(id="o-1")
    order.id = "a"
    with pytest.raises(ContextError, match=r"^\$\.id: Value error"):
        codec.encode(order)


@pytest.mark.parametrize("note", [(1, 2), datetime(2026, 1, 2, tzinfo=UTC), Item(name="a")])
def test_value_that_would_not_come_back_is_refused(codec: JsonCodec, note: object) -> None:
    with pytest.raises(ContextError, match=r"^\$\.note: \w+ would come back as \w+; give the field the type"):
        codec.encode(Order(id="o-1", note=note))


def test_secret_that_would_be_masked_is_refused(codec: JsonCodec) -> None:
    with pytest.raises(ContextError, match=r"^\$\.token: "):
        codec.encode(Secretive(token=SecretStr("s3cret")))


def test_model_decides_itself_about_further_fields_where_it_says_so(codec: JsonCodec) -> None:
    given = Open.model_validate({"id": "o-1", "more": [1]})
    assert codec.decode(Open, codec.encode(given)) == given
    held = Holder(open=given)
    assert codec.decode(Holder, codec.encode(held)) == held
