"""The machine that the kill test runs in worker processes: each action says in a file when it begins and ends."""

from __future__ import annotations

import os
import time
from typing import Literal

from fsm_domain import FinalState, Machine, State, Step

STATES = 6
LOG = "FSM_TEST_ACTION_LOG"


def act(context: dict[str, list[int]], step: Step) -> Literal["next"]:
    """One line when it begins and one when it ends, each written at once: a killed process leaves the first alone."""
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        _say(log, "began", step)
        time.sleep(0.01)
        context["trail"].append(step.number)
        _say(log, "ended", step)
    finally:
        os.close(log)
    return "next"


def _say(log: int, what: str, step: Step) -> None:
    os.write(log, f"{os.getpid()} {what} {step.correlation_id} {step.number}\n".encode())


def _states() -> list[State[str, dict[str, list[int]], Literal["next"]]]:
    state = State[str, dict[str, list[int]]]
    return [state(f"s{n}").on("next", f"s{n + 1}" if n + 1 < STATES else "end").do(act) for n in range(STATES)]


killed = Machine[str, dict[str, list[int]]](
    "killed", dict[str, list[int]], initial="s0", states=[*_states(), FinalState[str, dict[str, list[int]]]("end")]
)
