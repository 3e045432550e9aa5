"""Random machines as plain descriptions, and a model that says what a step of one has to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from hypothesis import strategies as st

from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.machine.advance import PSEUDO_INIT, Advanced, Rest
from fsm_domain.machine.state import Node

EVENTS = ("e0", "e1", "e2", "e3")
Trail = list[str]
Run = Callable[..., Any]


def _silent(kind: str, place: str) -> Run:
    return lambda *given: None


@dataclass(frozen=True)
class Arrow:
    """What a state does on one event."""

    target: str
    local: bool


@dataclass(frozen=True)
class Description:
    """A graph, from which a machine and a model of it are made; a state without arrows is final."""

    arrows: Mapping[str, Mapping[str, Arrow]]
    waiting: frozenset[str]

    def built(self, act: Callable[[str, str], Run] = _silent) -> Machine[str, Trail]:
        """`act` makes the action of each kind and place."""
        states = [self._node(name, act) for name in self.arrows]
        return Machine[str, Trail]("random", list, initial="s0", states=states)

    def _node(self, name: str, act: Callable[[str, str], Run]) -> Node[str, Trail]:
        if not self.arrows[name]:
            return FinalState[str, Trail](name, entry=act("enter", name)).do(act("do", name))
        node: State[str, Trail, Any] = State[str, Trail](name, entry=act("enter", name), exit=act("leave", name))
        for event, arrow in self.arrows[name].items():
            literal: Any = event  # as if it were written out
            node = node.on(literal, arrow.target, action=act("on", f"{name} {event}"), local=arrow.local)
        do = node.do_or_wait if name in self.waiting else node.do
        return do(act("do", name))


@st.composite
def descriptions(draw: st.DrawFn) -> Description:
    """Every state can be reached; local arrows lead to a later state, so that no cycle of them is endless."""
    count = draw(st.integers(1, 7))
    names = [f"s{n}" for n in range(count)]
    arrows: dict[str, dict[str, Arrow]] = {name: {} for name in names}
    for n in range(1, count):
        free = [m for m in range(n) if len(arrows[names[m]]) < len(EVENTS)]
        _add(draw, arrows, names, draw(st.sampled_from(free)), n)
    for source, target in draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=6)):
        if arrows[names[source]] and len(arrows[names[source]]) < len(EVENTS):
            _add(draw, arrows, names, source, target)
    return Description(arrows, frozenset(draw(st.sets(st.sampled_from(names)))))


def _add(draw: st.DrawFn, arrows: dict[str, dict[str, Arrow]], names: list[str], source: int, target: int) -> None:
    event = draw(st.sampled_from([event for event in EVENTS if event not in arrows[names[source]]]))
    arrows[names[source]][event] = Arrow(names[target], target > source and draw(st.booleans()))


def modelled(graph: Description, state: str, event: str, choose: Callable[[str], str | None]) -> tuple[Advanced, Trail]:
    """What a step should do, read off the description."""
    trail: Trail = []
    while True:
        if state != PSEUDO_INIT:
            trail += [f"leave {state}", f"on {state} {event}"]
        state = "s0" if state == PSEUDO_INIT else graph.arrows[state][event].target
        trail += [f"enter {state}", f"do {state}"]
        answer = choose(state)
        if not graph.arrows[state]:
            return Advanced(state, None, Rest.COMPLETED), trail
        if answer is None:
            return Advanced(state, None, Rest.WAITING), trail
        if not graph.arrows[state][answer].local:
            return Advanced(state, answer, Rest.NO), trail
        event = answer


def chooser(graph: Description, numbers: list[int]) -> Callable[[str], str | None]:
    """Picks, in turn, among what the action of a state may answer."""
    turns = cycle(numbers)

    def choose(state: str) -> str | None:
        answers: list[str | None] = list(graph.arrows[state])
        if state in graph.waiting:
            answers.append(None)
        return answers[next(turns) % len(answers)] if answers else None

    return choose


def acting(choose: Callable[[str], str | None]) -> Callable[[str, str], Run]:
    """Actions that leave a mark; a state's own action answers what is chosen."""

    def act(kind: str, place: str) -> Run:
        def action(trail: Trail, step: Step) -> Any:  # noqa: ANN401 - its events are drawn
            trail.append(f"{kind} {place}")
            return choose(place) if kind == "do" else None

        return action

    return act
