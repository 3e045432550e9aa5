"""What the check of a machine finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fsm_domain import FinalState, Machine, MachineError, State
from fsm_domain.machine.state import Node

Context = dict[str, object]
state, final = State[str, Context], FinalState[str, Context]


def untyped(value: object) -> Any:  # noqa: ANN401 - what a caller without a type checker hands in
    return value


def wrong(states: Sequence[Node[str, Context]], *, name: str = "m", initial: str = "a", max_steps: int = 9) -> set[str]:
    """What the machine's error lists."""
    with pytest.raises(MachineError) as caught:
        Machine[str, Context](name, dict, initial=initial, states=states, max_steps=max_steps)
    return set(caught.value.problems)
