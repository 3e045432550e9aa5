"""Accepted: states of a StrEnum or plain text; contexts of a TypedDict, a pydantic model, a dict."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NotRequired, TypedDict

from pydantic import BaseModel

from fsm_domain import FinalState, Machine, State, Step


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


class Crossing(TypedDict):
    name: str
    cars: NotRequired[int]


def count(crossing: Crossing, step: Step) -> Literal["go", "stop"]:
    crossing["cars"] = crossing.get("cars", 0) + 1
    return "stop" if crossing["cars"] > 3 else "go"


light, dark = State[Light, Crossing], FinalState[Light, Crossing]
lights = Machine[Light, Crossing](
    "lights",
    Crossing,
    initial=Light.RED,
    states=[
        light(Light.RED).on("go", Light.GREEN).on("stop", Light.OFF).do(count),
        light(Light.GREEN).on("go", Light.RED).on("stop", Light.OFF).do(count, on_exhausted="stop"),
        dark(Light.OFF),
    ],
)


class Loan(BaseModel):
    amount: int
    approved: bool = False


async def decide(loan: Loan, step: Step) -> Literal["decided"]:
    loan.approved = loan.amount < 1000
    return "decided"


LoanState = Literal["deciding", "done"]
loans = Machine[LoanState, Loan](
    "loans",
    Loan,
    initial="deciding",
    states=[
        State[LoanState, Loan]("deciding").on("decided", "done").do(decide),
        FinalState[LoanState, Loan]("done"),
    ],
)

Anything = dict[str, object]


def look(anything: Anything, step: Step) -> Literal["seen"]:
    anything["seen"] = step.number
    return "seen"


looking, looked = State[str, Anything], FinalState[str, Anything]
looks = Machine[str, Anything](
    "looks", dict, initial="looking", states=[looking("looking").on("seen", "looked").do(look), looked("looked")]
)
