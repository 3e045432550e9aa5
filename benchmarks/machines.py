"""The machines that are measured, and the settings that they run under."""

from __future__ import annotations

import json
from typing import Final, Literal

from fsm_bootstrap.settings import ExplicitSettings
from fsm_domain import FinalState, Machine, State, Step

Names = Literal["ping", "pong", "end"]
Context = dict[str, object]

ENDLESS: Final = 2**62
"""Steps of a machine that a benchmark never sees the end of."""


def count(context: Context, step: Step) -> Literal["next", "done"]:
    """Adds one; done after as many as the context says."""
    counted = _whole(context, "count") + 1
    context["count"] = counted
    return "done" if counted >= _whole(context, "of") else "next"


def counting() -> Machine[Names, Context]:
    """Two states that hand over to each other until enough was counted."""
    state, final = State[Names, Context], FinalState[Names, Context]
    return Machine[Names, Context](
        "counting", dict, initial="ping", max_steps=ENDLESS,
        states=[
            state("ping").on("next", "pong").on("done", "end").do(count),
            state("pong").on("next", "ping").on("done", "end").do(count),
            final("end"),
        ],
    )  # fmt: skip


def context_of(size: int, of: int = ENDLESS) -> Context:
    """A context of about so many bytes as JSON text, such as an order has: names, numbers, a list of texts."""
    context: Context = {"count": 0, "of": of, "customer": "c-4711", "lines": []}
    lines: list[str] = []
    while len(json.dumps({**context, "lines": [*lines, _LINE]}, separators=(",", ":"))) <= size:
        lines.append(_LINE)
    return {**context, "lines": lines}


_LINE: Final = "item 12345, blue, 2 pieces"


def settings(**given: object) -> ExplicitSettings:
    """These alone: the environment is not looked at."""
    return ExplicitSettings.model_validate(given)


def _whole(context: Context, name: str) -> int:
    value = context[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is {value!r}, not a whole number")
    return value
