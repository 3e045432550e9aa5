"""Small machines whose actions leave a trail in the context, and one step of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any

from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.machine.advance import Advanced, advance
from fsm_domain.machine.state import Node

Trail = list[str]
UncheckedAction = Callable[[Trail, Step], Any]  # Any: what it returns is told to no type checker
state, final = State[str, Trail], FinalState[str, Trail]


def mark(name: str) -> Callable[[Trail, Step], None]:
    """An action that leaves its name on the trail."""

    def action(trail: Trail, step: Step) -> None:
        trail.append(name)

    return action


def says(answer: object, name: str | None = None) -> UncheckedAction:
    """An action that leaves its name on the trail and returns an event."""

    def action(trail: Trail, step: Step) -> object:
        trail.append(f"do {answer}" if name is None else name)
        return answer

    return action


def later(answer: object) -> UncheckedAction:
    """The same, async."""

    async def action(trail: Trail, step: Step) -> object:
        trail.append(f"do {answer}")
        return answer

    return action


def machine(*states: Node[str, Trail], initial: str = "a") -> Machine[str, Trail]:
    return Machine[str, Trail]("m", list, initial=initial, states=states)


def new_step() -> Step:
    return Step(machine="m", correlation_id="c")


def wait(awaitable: Awaitable[object], timeout: float | None) -> object:
    """Runs what never really waits."""
    iterator: Generator[Any, None, object] = awaitable.__await__()
    try:
        next(iterator)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits for something")


def no_wait(awaitable: Awaitable[object], timeout: float | None) -> object:
    raise AssertionError("nothing here is awaitable")


def run(
    of: Machine[str, Trail], at: str, event: str, waiting: Callable[[Awaitable[object], float | None], object] = no_wait
) -> tuple[Advanced, Trail]:
    trail: Trail = []
    return advance(of, at, event, trail, new_step(), waiting), trail
