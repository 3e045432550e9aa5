"""Rejected: machines that do not fit their states, and mistakes inside actions; a mark tells what each checker says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fsm_domain import FinalState, Machine, State, Step

OrderState = Literal["ship", "shipped"]
ParcelState = Literal["sent", "lost"]


@dataclass
class Order:
    cents: int


@dataclass
class Parcel:
    grams: int


def pack(order: Order, step: Step) -> Literal["done"]:
    return "done"


def misspelt_event(order: Order, step: Step) -> Literal["done"]:
    return "dome"  # 7 mypy: "Literal['dome']", expected "Literal['done']" | pyright: to return type "Literal['done']"


def misspelt_attribute(order: Order, step: Step) -> Literal["done"]:
    order.cent = 1  # 7 mypy: "Order" has no attribute "cent" | pyright: Attribute "cent" is unknown
    return "done"


def misspelt_step(order: Order, step: Step) -> Literal["done"]:
    order.cents = step.retry  # 7 mypy: "Step" has no attribute "retry" | pyright: Attribute "retry" is unknown
    return "done"


def changes_its_step(order: Order, step: Step) -> None:
    step.retries = 0  # 15 mypy: Cannot assign to final attribute "retries" | pyright: "retries" is declared as Final


state, final = State[OrderState, Order], FinalState[OrderState, Order]
states = [state("ship").on("done", "shipped").do(pack)]

Machine[OrderState, Order]("orders", Order, states=states)  # 5 mypy: argument "initial" | pyright: parameter "initial"

Machine[OrderState, Order](
    "orders",
    Order,
    initial="shop",  # 8 mypy: "Literal['shop']"; expected "Literal['ship', 'shipped']" | pyright: parameter "initial"
    states=states,
)
Machine[OrderState, Order](
    "orders",
    Parcel,  # 10 mypy: "type[Parcel]"; expected "type[Order]" | pyright: parameter "context"
    initial="ship",
    states=states,
)
Machine[OrderState, Parcel](
    "orders",
    Parcel,
    initial="ship",
    states=states,  # 10 mypy: expected "Sequence[Node[Literal['ship', 'shipped'], Parcel]]" | pyright: "states"
)
Machine[OrderState, Parcel](
    "orders",
    Parcel,
    initial="ship",
    states=[final("shipped")],  # 10 mypy: expected "Node[Literal['ship', 'shipped'], Parcel]" | pyright: "C@Node"
)
Machine[ParcelState, Order](
    "orders",
    Order,
    initial="sent",
    states=states,  # 9 mypy: expected "Sequence[Node[Literal['sent', 'lost'], Order]]" | pyright: parameter "states"
)
