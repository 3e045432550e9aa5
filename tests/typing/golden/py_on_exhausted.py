"""A machine with a mistake."""

from dataclasses import dataclass
from typing import Literal

from fsm_domain import FinalState, Machine, State, Step

OrderState = Literal["charge", "ship", "shipped", "cancelled"]


@dataclass
class Order:
    cents: int = 0


@dataclass
class Parcel:
    grams: int = 0


def charge(order: Order, step: Step) -> Literal["paid", "declined"]:
    return "paid"


def ship(order: Order, step: Step) -> Literal["done"]:
    return "done"


def weigh(parcel: Parcel, step: Step) -> Literal["done"]:
    return "done"


state, final = State[OrderState, Order], FinalState[OrderState, Order]
orders = Machine[OrderState, Order](
    "orders",
    Order,
    initial="charge",
    states=[
        state("charge").on("paid", "ship").on("declined", "cancelled").do(charge, on_exhausted="refused"),
        state("ship").on("done", "shipped").do(ship),
        final("shipped"),
        final("cancelled"),
    ],
)
