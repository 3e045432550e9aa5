"""Two states that hand over to each other; each transition calls the same four callbacks, each adding one to a counter.

An exit callback, one of the transition, an entry callback, and one that says what comes next.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Literal

from benchmarks.rounds import Work
from fsm_domain import Machine, State, Step
from fsm_domain.machine.advance import advance

CALLBACKS = 4
"""Of each transition."""

Names = Literal["ping", "pong"]
Count = dict[str, int]


def exits(count: Count, step: Step) -> None:
    count["calls"] += 1


def moves(count: Count, step: Step) -> None:
    count["calls"] += 1


def enters(count: Count, step: Step) -> None:
    count["calls"] += 1


def acts(count: Count, step: Step) -> Literal["next"]:
    count["calls"] += 1
    return "next"


@contextmanager
def ours() -> Generator[Work]:
    """`advance`, which is what the dispatcher calls: the machine is data, the state is a value."""
    state = State[Names, Count]
    machine = Machine[Names, Count](
        "core", dict, initial="ping",
        states=[
            state("ping", entry=enters, exit=exits).on("next", "pong", action=moves).do(acts),
            state("pong", entry=enters, exit=exits).on("next", "ping", action=moves).do(acts),
        ],
    )  # fmt: skip
    count, step = {"calls": 0}, Step("core", "one")

    def work(units: int) -> int:
        count["calls"] = 0
        at, event = "ping", "next"
        for _ in range(units):
            advanced = advance(machine, at, event, count, step, _nothing_is_awaited)
            at, event = advanced.state, advanced.event or ""
        return _done(count["calls"], units)

    yield work


@contextmanager
def transitions() -> Generator[Work]:
    """As its documentation begins: a model, states with callbacks, a trigger that is a method."""
    model = _Model()
    states = [{"name": name, "on_enter": ["enters", "acts"], "on_exit": ["exits"]} for name in ("ping", "pong")]
    ways = [
        {"trigger": "next", "source": source, "dest": target, "before": ["moves"]}
        for source, target in (("ping", "pong"), ("pong", "ping"))
    ]
    importlib.import_module("transitions").Machine(
        model=model, states=states, transitions=ways, initial="ping", auto_transitions=False
    )

    def work(units: int) -> int:
        model.calls = 0
        trigger: Any = model  # the machine has given it the method
        for _ in range(units):
            trigger.next()
        return _done(model.calls, units)

    yield work


@contextmanager
def python_statemachine() -> Generator[Work]:
    """As its documentation begins: a class with states, transitions, and callbacks by their names."""
    module = importlib.import_module("statemachine")
    ping, pong = module.State(initial=True), module.State()
    members: dict[str, object] = {
        "ping": ping,
        "pong": pong,
        "next": ping.to(pong) | pong.to(ping),
        "calls": 0,
        "on_next": _Model.moves,
        "on_exit_ping": _Model.exits,
        "on_exit_pong": _Model.exits,
        "on_enter_ping": _Model.enters,
        "on_enter_pong": _Model.enters,
        "after_next": _Model.acts,
    }
    machine: Any = type("PingPong", (module.StateMachine,), members)()

    def work(units: int) -> int:
        machine.calls = 0
        for _ in range(units):
            machine.next()
        return _done(machine.calls, units)

    yield work


class _Model:
    """The callbacks as methods."""

    calls = 0

    def exits(self) -> None:
        self.calls += 1

    def moves(self) -> None:
        self.calls += 1

    def enters(self) -> None:
        self.calls += 1

    def acts(self) -> None:
        self.calls += 1


def _done(calls: int, units: int) -> int:
    if calls != CALLBACKS * units:
        raise AssertionError(f"{calls} callbacks in {units} transitions, not {CALLBACKS * units}")
    return units


def _nothing_is_awaited(awaitable: object, seconds: float | None) -> object:
    raise AssertionError("no action is async")
