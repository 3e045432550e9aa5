"""Local transitions follow in the same step."""

from __future__ import annotations

from typing import Literal

import pytest

from fsm_domain import Machine, Step
from fsm_domain.machine.advance import PSEUDO_INIT, Advanced, Rest
from fsm_domain.machine.errors import EndlessLocalTransitions
from fsm_domain.machine.state import Node
from tests.unit.fsm_domain.machine.stepping import Trail, UncheckedAction, final, machine, mark, run, says, state

LOCAL = machine(
    state("a", exit=mark("leave a")).on("go", "b", action=mark("a to b"), local=True).do(says("go")),
    state("b", entry=mark("enter b"), exit=mark("leave b")).on("go", "c", local=True).do(says("go")),
    state("c", entry=mark("enter c")).on("go", "d").do(says("go")),
    final("d"),
)


def test_local_transitions_follow_in_the_same_call() -> None:
    advanced, trail = run(LOCAL, PSEUDO_INIT, PSEUDO_INIT)

    assert trail == ["do go", "leave a", "a to b", "enter b", "do go", "leave b", "enter c", "do go"]
    assert advanced == Advanced("c", "go", Rest.NO)


@pytest.mark.parametrize(
    ("last", "rest"), [(state("b").on("go", "a"), Rest.WAITING), (final("b"), Rest.COMPLETED)], ids=["wait", "end"]
)
def test_a_local_transition_may_lead_to_rest(last: Node[str, Trail], rest: Rest) -> None:
    of = machine(state("a").on("go", "b", local=True).do(says("go")), last)

    assert run(of, PSEUDO_INIT, PSEUDO_INIT)[0] == Advanced("b", None, rest)


def counting(limit: int) -> UncheckedAction:
    """Goes round until the trail has that length."""

    def action(trail: Trail, step: Step) -> str:
        trail.append("round")
        return "out" if len(trail) >= limit else "round"

    return action


def test_ten_thousand_local_transitions_may_follow_each_other_and_no_more() -> None:
    def going_round(steps: int) -> Machine[str, Trail]:
        return machine(state("a").on("round", "a", local=True).on("out", "z").do(counting(steps)), final("z"))

    advanced, trail = run(going_round(10_001), PSEUDO_INIT, PSEUDO_INIT)
    assert advanced == Advanced("a", "out", Rest.NO)
    assert len(trail) == 10_001
    with pytest.raises(EndlessLocalTransitions, match="the states 'a'; "):
        run(going_round(10_002), PSEUDO_INIT, PSEUDO_INIT)


def test_local_transitions_that_never_end_are_cut_short_and_named() -> None:
    of = machine(
        state("a").on("in", "b").do(says("in")),
        state("b").on("there", "c", local=True).on("out", "a").on("end", "z", local=True).do(says("there")),
        state("c").on("back", "b", local=True).do(says("back")),
        final("z"),
    )

    with pytest.raises(EndlessLocalTransitions) as caught:
        run(of, "a", "in")
    assert str(caught.value) == (
        "machine 'm': more than 10000 local transitions in one step, between the states 'b', 'c'; "
        "make one of them not local, or end the loop"
    )


def test_the_step_tells_each_action_its_state() -> None:
    seen: list[str] = []

    def look(trail: Trail, step: Step) -> None:
        seen.append(step.state)

    def look_and_go(trail: Trail, step: Step) -> Literal["go"]:
        look(trail, step)
        return "go"

    of = machine(
        state("a", entry=look, exit=look).on("go", "b", action=look, local=True).do(look_and_go),
        final("b", entry=look).do(look),
    )

    run(of, PSEUDO_INIT, PSEUDO_INIT)
    assert seen == ["a", "a", "a", "a", "b", "b"]

    seen.clear()
    run(of, "a", "go")
    assert seen == ["a", "a", "b", "b"]
