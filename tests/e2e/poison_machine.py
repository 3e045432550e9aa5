"""A machine whose action ends its process, every time, for the one instance that is called poison."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step

MAX_RETRIES = 2
LOG = "FSM_TEST_ACTION_LOG"


def act(context: dict[str, object], step: Step) -> Literal["next"]:
    """One line a run; the poison leaves nothing behind it."""
    with Path(os.environ[LOG]).open("a") as log:
        log.write(f"{step.correlation_id}\n")
    if step.correlation_id == "poison":
        os._exit(1)
    return "next"


state, final = State[str, dict[str, object]], FinalState[str, dict[str, object]]

poisoned = Machine[str, dict[str, object]](
    "poisoned",
    dict[str, object],
    initial="act",
    retry=RetryPolicy(max_retries=MAX_RETRIES),
    states=[state("act").on("next", "end").do(act), final("end")],
)
