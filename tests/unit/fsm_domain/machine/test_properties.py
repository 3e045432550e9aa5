"""Random machines: their tables are complete, `advance` follows them, fingerprints tell them apart.

Every run draws other machines; FSM_TEST_SEED=N repeats the run that printed N.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.machine.advance import PSEUDO_INIT, Advanced, Rest, advance
from fsm_domain.machine.state import Node

SEED = int(os.environ.get("FSM_TEST_SEED") or random.SystemRandom().randrange(2**32))
print(f"FSM_TEST_SEED={SEED}")  # pytest shows it beside whatever fails here

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


NUMBERS = st.lists(st.integers(0, 20), min_size=1, max_size=8)
seeded = partial(settings, deadline=None, database=None, print_blob=True)


@seed(SEED)
@seeded()
@given(descriptions())
def test_every_edge_leads_from_a_node_to_a_node(graph: Description) -> None:
    machine = graph.built()

    assert list(machine.nodes) == list(graph.arrows)
    assert {
        (state, event): (edge.transition.target, edge.transition.local)
        for (state, event), edge in machine.edges.items()
    } == {
        (state, event): (arrow.target, arrow.local)
        for state, arrows in graph.arrows.items()
        for event, arrow in arrows.items()
    }
    for (state, event), edge in machine.edges.items():
        assert edge.origin is machine.nodes[state]
        assert edge.target is machine.nodes[edge.transition.target]
        assert edge.transition in edge.origin.transitions
        assert edge.transition.event == event


@seed(SEED)
@seeded()
@given(descriptions(), NUMBERS, st.data())
def test_a_step_does_what_the_table_says(graph: Description, numbers: list[int], data: st.DataObject) -> None:
    beginnings = [(PSEUDO_INIT, PSEUDO_INIT), *((s, e) for s, arrows in graph.arrows.items() for e in arrows)]
    state, event = data.draw(st.sampled_from(beginnings))
    machine, trail = graph.built(acting(chooser(graph, numbers))), list[str]()

    advanced = advance(machine, state, event, trail, Step(machine="random", correlation_id="c"), _never)

    assert (advanced, trail) == modelled(graph, state, event, chooser(graph, numbers))


@seed(SEED)
@seeded()
@given(descriptions(), NUMBERS)
def test_a_walk_stays_on_the_table_until_it_rests(graph: Description, numbers: list[int]) -> None:
    machine = graph.built(acting(chooser(graph, numbers)))
    state, event = PSEUDO_INIT, PSEUDO_INIT
    for number in range(30):
        advanced = advance(machine, state, event, [], Step(machine="random", correlation_id="c", number=number), _never)
        assert (advanced.event is None) == (advanced.rest is not Rest.NO)
        assert (advanced.rest is Rest.COMPLETED) == machine.nodes[advanced.state].final
        if advanced.event is None:
            return
        assert (advanced.state, advanced.event) in machine.edges
        state, event = advanced.state, advanced.event


@seed(SEED)
@seeded()
@given(descriptions(), st.randoms(use_true_random=False))
def test_a_fingerprint_does_not_depend_on_the_order_of_writing(graph: Description, order: random.Random) -> None:
    names = list(graph.arrows)
    order.shuffle(names)
    shuffled = Description({name: _shuffled(graph.arrows[name], order) for name in names}, graph.waiting)

    assert shuffled.built().fingerprint == graph.built().fingerprint


@seed(SEED)
@seeded(suppress_health_check=[HealthCheck.filter_too_much])
@given(descriptions(), st.data())
def test_a_fingerprint_changes_with_every_edge(graph: Description, data: st.DataObject) -> None:
    changes = list(_changes(graph))
    if not changes:
        assert len(graph.arrows) == 1  # a machine of one final state has no edge to change
        return
    changed = data.draw(st.sampled_from(changes))

    assert changed.built().fingerprint != graph.built().fingerprint


def test_the_same_seed_draws_the_same_machines() -> None:
    def drawn() -> list[Description]:
        seen: list[Description] = []

        @seed(SEED)
        @seeded(max_examples=20)
        @given(descriptions())
        def draw(graph: Description) -> None:
            seen.append(graph)

        draw()
        return seen

    first = drawn()
    assert first == drawn()
    assert len(first) > 1


def _changes(graph: Description) -> Iterator[Description]:
    """The same graph with one edge more, or with one that is local instead of not, or has another event."""
    for state, arrows in graph.arrows.items():
        for event, arrow in arrows.items():
            rest = {name: value for name, value in arrows.items() if name != event}
            yield _with(graph, state, {**rest, event: Arrow(arrow.target, not arrow.local)})
            yield _with(graph, state, {**rest, "renamed": arrow})
            yield _with(graph, state, {**arrows, "added": arrow})
            if len(rest) > 0 and any(other.target == arrow.target for other in rest.values()):
                yield _with(graph, state, {**rest, event: Arrow(state, local=False)})


def _with(graph: Description, state: str, arrows: Mapping[str, Arrow]) -> Description:
    return Description({**graph.arrows, state: arrows}, graph.waiting)


def _shuffled(arrows: Mapping[str, Arrow], order: random.Random) -> dict[str, Arrow]:
    events = list(arrows)
    order.shuffle(events)
    return {event: arrows[event] for event in events}


def _never(awaitable: object) -> object:
    raise AssertionError("no action here is async")
