"""The machine of a cold start: a user's module, as small as one is."""

from __future__ import annotations

from typing import Literal

from fsm_domain import FinalState, Machine, State, Step

Names = Literal["greet", "done"]
Context = dict[str, object]


def greet(context: Context, step: Step) -> Literal["greeted"]:
    return "greeted"


small = Machine[Names, Context](
    "small", dict, initial="greet",
    states=[State[Names, Context]("greet").on("greeted", "done").do(greet), FinalState[Names, Context]("done")],
)  # fmt: skip
