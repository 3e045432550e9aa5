"""Accepted: states of a Literal, a dataclass context, and every form that an action may have."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal

from fsm_domain import Action, FinalState, Machine, RetryPolicy, State, Step

OrderState = Literal["reserve", "charge", "review", "ship", "release", "shipped", "cancelled"]


@dataclass
class Order:
    id: str
    cents: int
    payment: str | None = None


def reserve(order: Order, step: Step) -> Literal["reserved", "out_of_stock"]:
    return "reserved" if order.cents > 0 else "out_of_stock"


async def charge(order: Order, step: Step) -> Literal["paid", "declined"]:
    order.payment = step.idempotency_key
    return "paid"


def review(order: Order, step: Step) -> Literal["approved"] | None:
    return "approved" if order.cents < 100 else None


def ship(carrier: str, order: Order, step: Step) -> Literal["done"]:
    return "done"


def later(order: Order, step: Step) -> Awaitable[Literal["done"]]:
    raise NotReady


class NotReady(Exception):
    """Raised by an action."""


def notify(order: Order, step: Step) -> None:
    order.payment = None


async def notify_slowly(order: Order, step: Step) -> None:
    order.payment = None


class Till:
    """Actions as methods, and an object that is one."""

    def charge(self, order: Order, step: Step) -> Literal["paid", "declined"]:
        return "declined"

    async def charge_slowly(self, order: Order, step: Step) -> Literal["paid", "declined"]:
        return "declined"

    def __call__(self, order: Order, step: Step) -> Literal["paid"]:
        return "paid"


def only_paid(anything: object, at: object) -> Literal["paid"]:
    return "paid"


ship_by_rail: Action[Order, Literal["done"]] = partial(ship, "rail")
state, final = State[OrderState, Order], FinalState[OrderState, Order]

orders = Machine[OrderState, Order](
    "orders",
    Order,
    initial="reserve",
    states=[
        state("reserve").on("reserved", "charge").on("out_of_stock", "cancelled").do(reserve),
        state("charge", retry=RetryPolicy(max_retries=3, never=(ValueError,)))
        .on("paid", "review", action=notify_slowly)
        .on("declined", "release", local=True)
        .do(charge, on_exhausted="declined"),
        state("review", entry=notify)
        .on("approved", "ship")
        .on("refused", "release")
        .after(timedelta(days=1), "release")
        .do_or_wait(review, on_exhausted="refused"),
        state("ship", exit=notify).on("done", "shipped", action=notify).do(partial(ship, "post")),
        state("release", entry=notify_slowly, exit=notify_slowly).on("done", "cancelled").do(later),
        final("shipped", entry=notify).do(notify),
        final("cancelled").do(notify_slowly),
    ],
    retry=RetryPolicy(max_retries=2),
    max_steps=100,
    description="An order from the shelf to the door",
)

till = Till()
other_actions = [
    state("charge").on("paid", "ship").on("declined", "release").do(till.charge),
    state("charge").on("paid", "ship").on("declined", "release").do(till.charge_slowly),
    state("charge").on("paid", "ship").on("declined", "release").do(till),
    state("charge").on("paid", "ship").on("declined", "release").do(partial(till.charge)),
    state("charge").on("paid", "ship").on("declined", "release").do(only_paid, on_exhausted="declined"),
    state("charge").on("paid", "ship").on("declined", "release").do(lambda order, step: "paid"),
    state("charge").on("paid", "ship").on("declined", "release").do_or_wait(till.charge),
    state("charge").on("declined", "release").on("paid", "ship").do_or_wait(lambda order, step: None),
]
rail = state("ship").on("done", "shipped").do(ship_by_rail)
waiting = state("review").on("approved", "ship").after(timedelta(minutes=5), "release")
ending = [final("shipped").do(reserve), final("shipped").do(charge), final("shipped").do(till)]
