"""The machine that goes through the chaos: each run of an action says in a file what it met, and marks the context."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Literal, TypedDict
from zlib import crc32

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step

STATES = 6
STEPS = STATES + 1
"""The step of a machine that is through."""
LOG = "FSM_TEST_ACTION_LOG"


class Trail(TypedDict):
    marks: list[str]
    """One a committed step: whichever run was committed left its own."""


class Flaky(Exception):
    """What some first runs end with, so that retries are a part of it."""


def act(context: Trail, step: Step) -> Literal["next"]:
    mark, seen = uuid.uuid4().hex[:12], ",".join(context["marks"]) or "-"
    _say(f"began {step.correlation_id} {step.number} {mark} {seen}")
    drawn = crc32(f"{step.correlation_id} {step.number}".encode()) % 100
    time.sleep(0.2 if drawn < 5 else 0.01)
    if drawn % 20 == 7 and step.retries == 0:
        _say("ended")
        raise Flaky
    context["marks"].append(mark)
    _say("ended")
    return "next"


def _say(what: str) -> None:
    """One line, written at once, in a file of this process alone."""
    with Path(os.environ[LOG], f"{os.getpid()}.log").open("a", buffering=1) as log:
        log.write(f"{what}\n")


def _states() -> list[State[str, Trail, Literal["next"]]]:
    state = State[str, Trail]
    return [state(f"s{n}").on("next", f"s{n + 1}" if n + 1 < STATES else "end").do(act) for n in range(STATES)]


chaotic = Machine[str, Trail](
    "chaotic", Trail, initial="s0", states=[*_states(), FinalState[str, Trail]("end")], retry=RetryPolicy(base=0.2)
)
