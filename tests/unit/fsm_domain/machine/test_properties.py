"""Random machines: their tables are complete, `advance` follows them, fingerprints tell them apart.

Every run draws other machines; FSM_TEST_SEED=N repeats the run that printed N.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from functools import partial

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from fsm_domain import Step
from fsm_domain.machine.advance import PSEUDO_INIT, Rest, advance
from tests.unit.fsm_domain.machine.graphs import Arrow, Description, acting, chooser, descriptions, modelled

SEED = int(os.environ.get("FSM_TEST_SEED") or random.SystemRandom().randrange(2**32))


@pytest.fixture(autouse=True)
def tell_seed() -> None:
    """Shown beside whatever fails."""
    print(f"FSM_TEST_SEED={SEED}")


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
@seeded()
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
    """The same graph with one edge more, or one that is local instead of not, or has another event or target."""
    for state, arrows in graph.arrows.items():
        for event, arrow in arrows.items():
            rest = {name: value for name, value in arrows.items() if name != event}
            yield _with(graph, state, {**rest, event: Arrow(arrow.target, not arrow.local)})
            yield _with(graph, state, {**rest, "renamed": arrow})
            yield _with(graph, state, {**arrows, "added": arrow})
            if arrow.target != state and any(other.target == arrow.target for other in rest.values()):
                yield _with(graph, state, {**rest, event: Arrow(state, local=False)})


def _with(graph: Description, state: str, arrows: Mapping[str, Arrow]) -> Description:
    return Description({**graph.arrows, state: arrows}, graph.waiting)


def _shuffled(arrows: Mapping[str, Arrow], order: random.Random) -> dict[str, Arrow]:
    events = list(arrows)
    order.shuffle(events)
    return {event: arrows[event] for event in events}


def _never(awaitable: object, timeout: float | None) -> object:
    raise AssertionError("no action here is async")
