"""Many transitions, none of which fails; and an action that always does."""

from __future__ import annotations

from typing import Literal

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step

STEPS = 110
States = Literal["count", "end"]
Counted = dict[str, int]


def count(context: Counted, step: Step) -> Literal["more", "done"]:
    context["steps"] = context.get("steps", 0) + 1
    return "more" if context["steps"] < STEPS else "done"


def refuse(context: Counted, step: Step) -> Literal["done"]:
    if not context.get("mended") and step.work == step.number:
        raise ConnectionError("it always fails, until somebody redrives")
    return "done"


state, final = State[States, Counted], FinalState[States, Counted]
counting = Machine[States, Counted](
    "counting", dict, initial="count",
    states=[state("count").on("more", "count").on("done", "end").do(count), final("end")],
)  # fmt: skip
stubborn = Machine[States, Counted](
    "stubborn", dict, initial="count", retry=RetryPolicy(max_retries=2, base=0.01, cap=0.02),
    states=[state("count").on("done", "end").do(refuse), final("end")],
)  # fmt: skip
