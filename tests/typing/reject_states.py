"""Rejected: states whose targets, events and actions do not fit together; a mark tells what each checker says there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from fsm_domain import FinalState, Machine, State, Step

OrderState = Literal["reserve", "charge", "ship", "shipped"]


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


def charge_at(place: str, order: Order, step: Step) -> Literal["paid", "declined"]:
    return "paid"


def pack(order: Order, step: Step) -> Literal["done"]:
    return "done"


def pack_or_not(order: Order, step: Step) -> Literal["done"] | None:
    return "done"


def weigh(parcel: Parcel, step: Step) -> Literal["done"]:
    return "done"


def label(parcel: Parcel, step: Step) -> None:
    parcel.grams += 1


async def label_slowly(parcel: Parcel, step: Step) -> None:
    parcel.grams += 1


class Till:
    def charge(self, order: Order, step: Step) -> Literal["paid", "declined"]:
        return "paid"


state, final = State[OrderState, Order], FinalState[OrderState, Order]

orders = Machine[OrderState, Order](
    "orders",
    Order,
    initial="reserve",
    states=[
        state("reserve")
        .on("reserved", "chrage")  # 1 mypy: "Literal['chrage']"; expected "Literal['reserve', | pyright: "target"
        .on("out_of_stock", "shipped")
        .do(reserve),
        state("charge")
        .on("paid", "ship")
        .do(reserve),  # 2 mypy: "do" ... 'out_of_stock' ... Literal['paid'] | pyright: "Literal['out_of_stock']" is not
        state("charge")
        .on("paid", "ship")
        .do(charge),  # 3 mypy: "do" ... Coroutine ... 'declined' | pyright: "Literal['paid', 'declined']" is not
        state("charge")
        .on("paid", "ship")
        .do(Till().charge),  # 3 mypy: "do" ... 'declined' ... Literal['paid'] | pyright: "Literal['declined']" is not
        state("charge")
        .on("paid", "ship")
        .do(partial(charge_at, "till")),  # 3 mypy: "do" ... "partial[Literal['paid', 'declined']] | pyright: 'declined'
        state("charge")
        .on("paid", "ship")
        .do_or_wait(charge),  # 3 mypy: "do_or_wait" ... 'declined' | pyright: "Literal['paid', 'declined']" is not
        state("ship")
        .on("done", "shipped")
        .do(weigh),  # 4 mypy: [[Parcel, Step] ... [[Order, Step] | pyright: "Order" is not assignable to "Parcel"
        final("shipped").do(label),  # 4 mypy: "do" of "FinalState" | pyright: "Order" is not assignable to "Parcel"
        final("shipped").on("done", "ship"),  # 6 mypy: has no attribute "on" | pyright: Cannot access attribute "on"
        state("chagre")  # 9 mypy: "Literal['chagre']"; expected "Literal['reserve', | pyright: parameter "name"
        .on("done", "ship")
        .do(pack),
        final("shiped"),  # 9 mypy: "Literal['shiped']"; expected "Literal['reserve', | pyright: parameter "name"
        state("ship", entry=label)  # 11 mypy: Argument "entry" | pyright: "Order" is not assignable to "Parcel"
        .on("done", "shipped")
        .do(pack),
        state("ship", exit=label_slowly)  # 11 mypy: Argument "exit" | pyright: "Order" is not assignable to "Parcel"
        .on("done", "shipped")
        .do(pack),
        state("ship")
        .on("done", "shipped", action=label)  # 11 mypy: Argument "action" to "on" | pyright: parameter "action"
        .do(pack),
        final("shipped", entry=label),  # 11 mypy: Argument "entry" | pyright: "Order" is not assignable to "Parcel"
        state("ship").do(pack),  # 12 mypy: expected "Callable[[Order, Step], N | pyright: "Action[Order, Never]"
        state("ship")
        .on("done", "shipped")
        .do(pack, on_exhausted="dome"),  # 13 mypy: "Literal['dome']" ... "Literal['done'] | pyright: "on_exhausted"
        state("ship")
        .on("done", "shipped")
        .do_or_wait(pack, on_exhausted="dome"),  # 13 mypy: 'dome' ... 'done' | pyright: "on_exhausted"
        state("ship")
        .on("done", "shipped")
        .do(pack_or_not),  # 14 mypy: "do" ... Literal['done'] | None | pyright: "None" is not assignable to
    ],
)
