"""An order: reserve the goods, charge the card, ship; or release the goods where the card is declined.

fsm run examples/orders                                            # the card's bank is slow: one retry, then shipped
fsm run examples/orders --context '{"id": "o-2", "cents": 1, "card": "4000-declined"}'   # cancelled
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Literal

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step

OrderState = Literal["reserve", "charge", "ship", "release", "shipped", "cancelled"]


@dataclass
class Order:
    """What an order carries from state to state."""

    id: str = "o-1"
    cents: int = 4200
    card: str = "4242-slow-bank"
    packing_seconds: float = 0.0
    payment: str | None = None
    parcel: str | None = None


class BankTimeout(Exception):
    """The bank did not answer in time; asking again with the same idempotency key is safe."""


def reserve(order: Order, step: Step) -> Literal["reserved", "out_of_stock"]:
    """Take the goods from the shelf."""
    return "reserved" if order.cents > 0 else "out_of_stock"


async def charge(order: Order, step: Step) -> Literal["paid", "declined"]:
    """Charge the card.  The key is the same in every retry, so that a bank charges once."""
    await asyncio.sleep(0)  # stands for the call to the bank
    if order.card.endswith("slow-bank") and step.retries == 0:
        raise BankTimeout(f"no answer for {order.cents} cents")
    if order.card.endswith("declined"):
        return "declined"
    order.payment = f"charge {step.idempotency_key}"
    return "paid"


def ship(order: Order, step: Step) -> Literal["done"]:
    """Pack and hand over; `packing_seconds` gives you time to kill the worker."""
    time.sleep(order.packing_seconds)
    order.parcel = f"parcel {step.idempotency_key}"
    return "done"


def release(order: Order, step: Step) -> Literal["done"]:
    """Put the goods back."""
    return "done"


state, final = State[OrderState, Order], FinalState[OrderState, Order]

orders = Machine[OrderState, Order](
    "orders",
    Order,
    initial="reserve",
    states=[
        state("reserve").on("reserved", "charge").on("out_of_stock", "cancelled").do(reserve),
        state("charge", retry=RetryPolicy(base=2.0, never=(ValueError,)))
        .on("paid", "ship")
        .on("declined", "release")
        .do(charge, on_exhausted="declined"),
        state("ship").on("done", "shipped").do(ship),
        state("release").on("done", "cancelled").do(release),
        final("shipped"),
        final("cancelled"),
    ],
)
