"""What of a context's type makes another definition."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NotRequired, Optional, TypedDict

import pytest
from pydantic import BaseModel

from fsm_domain.machine.shape import shape


class Colour(Enum):
    RED = "red"


class MoreColours(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Item:
    name: str


@dataclass
class Priced:
    name: str
    cents: int


@dataclass
class Order:
    id: str
    items: list[Item] = field(default_factory=list[Item])


@dataclass
class Tree:
    left: Tree | None
    value: int


class Noted(TypedDict):
    id: str
    note: NotRequired[str]


class Model(BaseModel):
    id: str


@dataclass
class Unresolved:
    id: Missing  # type: ignore[name-defined]  # noqa: F821  # pyright: ignore[reportUndefinedVariable]  # what the test is about


def test_a_dict_has_no_fields() -> None:
    assert shape(dict) == "dict"


def test_fields_are_named_with_their_types_however_deep() -> None:
    assert shape(Order) == {"id": "str", "items": ["list", {"name": "str"}]}


def test_a_dataclass_a_model_and_a_typed_dict_of_the_same_fields_are_alike() -> None:
    @dataclass
    class Plain:
        id: str

    class Typed(TypedDict):
        id: str

    assert shape(Plain) == shape(Model) == shape(Typed) == {"id": "str"}


def test_a_type_within_itself_ends() -> None:
    assert shape(Tree) == {"left": ["|", "...", "NoneType"], "value": "int"}


def test_a_field_that_may_be_left_out_is_a_field() -> None:
    assert shape(Noted) == {"id": "str", "note": "str"}


def test_unions_and_literals_do_not_depend_on_their_order_or_spelling() -> None:
    assert shape(Optional[int]) == shape(None | int)  # noqa: UP045 - the other spelling
    assert shape(Literal["a", "b"]) == shape(Literal["b", "a"])


def test_values_of_an_enum_count() -> None:
    assert shape(Colour) != shape(MoreColours)


def test_a_type_that_only_a_checker_knows_is_taken_as_it_is_written() -> None:
    assert shape(Unresolved) == {"id": "Missing"}


@pytest.mark.parametrize(("one", "other"), [(Item, Priced), (dict[str, int], dict[str, str]), (list[int], set[int])])
def test_other_fields_are_another_shape(one: object, other: object) -> None:
    assert shape(one) != shape(other)
