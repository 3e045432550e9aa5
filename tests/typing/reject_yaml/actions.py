"""Actions of fsm.yaml beside it; a marked line holds a planted mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fsm_domain import Step

if TYPE_CHECKING:
    Unseen = Literal["done", "dome"]  # only who reads the text knows it


@dataclass
class Order:
    cents: int


@dataclass
class Parcel:
    grams: int


def reserve(order: Order, step: Step) -> Literal["reserved", "out_of_stock"]:
    return "reserved"


async def charge(order: Order, step: Step) -> Literal["paid", "declined"]:
    return "paid"


def pack(order: Order, step: Step) -> Literal["done"]:
    return "done"


def pack_or_not(order: Order, step: Step) -> Literal["done"] | None:
    return None


def vague(order: Order, step: Step) -> str:
    return "done"


def unseen(order: Order, step: Step) -> Unseen:
    return "done"


def weigh(parcel: Parcel, step: Step) -> Literal["done"]:
    return "done"


def label(parcel: Parcel, step: Step) -> None:
    parcel.grams += 1


async def label_slowly(parcel: Parcel, step: Step) -> None:
    parcel.grams += 1


def misspelt_event(order: Order, step: Step) -> Literal["done"]:
    return "dome"  # 7 error: Incompatible return value type


def misspelt_attribute(order: Order, step: Step) -> Literal["done"]:
    order.cent = 1  # 7 error: "Order" has no attribute "cent"
    return "done"


def takes_one(order: Order) -> Literal["done"]:
    return "done"


class Weigh:
    """An action in the original's style, for another context."""

    def __init__(self, name: str) -> None:
        self.name = name

    def execute(self, context: Parcel, obj: dict[str, object]) -> Literal["done"]:
        return "done"


class Undone:
    """One that returns what is no event."""

    def __init__(self, name: str) -> None:
        self.name = name

    def execute(self, context: dict[str, object], obj: dict[str, object]) -> Literal[1]:
        return 1


class NoAction:
    pass


orders = 1
