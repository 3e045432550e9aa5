"""Is there an order of these operations, each at one moment between its call and its answer, that explains all answers?

The search is the one of Wing and Gong (1993), with Lowe's memory of where it has been: it lays the operations out one
after the other, tries each that no other one had to precede, and goes back where the answers do not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple, TypeAlias

State: TypeAlias = tuple[int, str] | None
"""Step and run id of a record; None: there is none."""


class Operation(NamedTuple):
    """One call on one record, by whoever."""

    called: float
    answered: float
    """`inf`: nobody knows whether and when it took effect."""
    step: int | None
    """A commit of this step; None: a read."""
    run: str
    """Of a commit; no other commit has it."""
    took_place: bool | None
    """Of a commit; None: nobody knows."""
    saw: State
    """What a read returned, or a refused commit found."""


def is_linearizable(operations: Sequence[Operation]) -> bool:
    """Of one record, which was not there at first."""
    todo = sorted(operations, key=lambda one: one.called)
    start: tuple[int, State] = (0, None)
    seen: set[tuple[int, State]] = {start}
    open_: list[tuple[int, State]] = [start]
    mandatory = sum(1 << n for n, one in enumerate(todo) if one.answered < inf)
    while open_:
        done, state = open_.pop()
        if done & mandatory == mandatory:
            return True
        for n in _next(todo, done):
            fits, after = _apply(todo[n], state)
            place = (done | 1 << n, after)
            if fits and place not in seen:
                seen.add(place)
                open_.append(place)
    return False


def _next(todo: Sequence[Operation], done: int) -> list[int]:
    """Those that may be the next: called before any other open one was answered."""
    rest = [n for n in range(len(todo)) if not done >> n & 1]
    first_answer = min(todo[n].answered for n in rest)
    return [n for n in rest if todo[n].called <= first_answer]


def _apply(one: Operation, state: State) -> tuple[bool, State]:
    """Whether its answer fits what is there, and what is there afterwards."""
    if one.step is None:
        return one.saw == state, state
    applies = one.step == (0 if state is None else state[0] + 1)
    after = (one.step, one.run) if applies else state
    if one.took_place is None:
        return applies, after  # where it did not take place there is nothing to explain
    if one.took_place:
        return applies, after
    return not applies and one.saw == state, state
