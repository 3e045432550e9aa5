"""Which circles are a finding, which a warning, and which are meant; what nothing can ever take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest

from fsm_bootstrap.checking.graph import Concern, concerns
from fsm_bootstrap.yaml.legacy import LegacyAction
from fsm_bootstrap.yaml.legacy_context import LegacyState, Place
from fsm_domain import FinalState, Machine, State, Step

Context = dict[str, Any]
state, final = State[str, Context], FinalState[str, Context]


def go(context: Context, step: Step) -> Literal["go"]:
    return "go"


def go_or_stop(context: Context, step: Step) -> Literal["go", "stop"]:
    return "go"


def go_or_wait(context: Context, step: Step) -> Literal["go"] | None:
    return "go"


def untold(context: Context, step: Step):  # type: ignore[no-untyped-def]  # an action without annotation
    return "go"


def about(*states: Any, may_all_wait: bool = False) -> list[Concern]:  # noqa: ANN401 - states of many types
    machine = Machine[str, Context]("m", dict, initial=states[0].name, states=states)
    return [*concerns(machine, may_all_wait=may_all_wait)]


def in_short(found: list[Concern]) -> list[tuple[str, str, str]]:
    return [(one.severity.value, one.state, one.event) for one in found]


def test_a_circle_that_never_rests_is_an_error() -> None:
    found = about(state("a").on("go", "b").do(go), state("b").on("go", "a").do(go))
    assert in_short(found) == [("error", "a", "")]
    assert "states 'a', 'b' can never end and never wait, until step 1000000 fails" in found[0].message


def test_a_state_that_only_leads_to_itself() -> None:
    found = about(state("a").on("go", "a").do(go))
    assert "state 'a' can never end" in found[0].message


@pytest.mark.parametrize(
    "resting",
    [
        state("b").on("go", "a"),
        state("b").after(timedelta(days=1), "a"),
        state("b").on("go", "a").do_or_wait(go_or_wait),
        state("b").on("go", "a", delay=timedelta(hours=1)).do(go),
    ],
)
def test_a_machine_without_final_state_may_live_on_if_it_rests(resting: State[str, Context, Any]) -> None:
    assert about(state("a").on("go", "b").do(go), resting) == []


def test_a_circle_beside_a_final_state_is_a_trap_even_if_it_rests() -> None:
    found = about(
        state("a").on("end", "e").on("go", "b"), state("b").on("go", "c"), state("c").on("go", "b"), final("e")
    )
    assert in_short(found) == [("warning", "b", "")]
    assert "from states 'b', 'c' no final state can be reached" in found[0].message


def test_what_only_leads_to_a_trap_is_told_with_it() -> None:
    found = about(state("a").on("go", "b").do(go), state("b").on("go", "c").do(go), state("c").on("go", "c").do(go))
    assert in_short(found) == [("error", "c", "")]


def test_each_trap_is_told() -> None:
    ends = [final("e"), state("b").on("x", "b"), state("c").on("x", "c")]
    assert in_short(about(state("a").on("e", "e").on("b", "b").on("c", "c"), *ends)) == [
        ("warning", "b", ""),
        ("warning", "c", ""),
    ]


def test_many_states_are_not_all_named() -> None:
    ring = [state(f"s{i}").on("go", f"s{(i + 1) % 9}").do(go) for i in range(9)]
    assert "'s4' and 4 more can never end" in about(*ring)[0].message


@pytest.mark.parametrize(("action", "expected"), [(go, "error"), (untold, "warning"), (go_or_wait, None)])
def test_where_all_actions_may_wait_the_annotation_decides(
    action: Callable[[Context, Step], Any], expected: str | None
) -> None:
    found = about(state("a").on("go", "a").do_or_wait(action), may_all_wait=True)
    assert [one.severity.value for one in found] == ([] if expected is None else [expected])


def test_an_event_that_the_action_never_returns() -> None:
    found = about(state("a").on("go", "e").on("stop", "e").do(go), final("e"))
    assert in_short(found) == [("warning", "a", "stop")]
    assert found[0].message == "machine 'm': state 'a' handles 'stop', which its action never returns"


def test_a_deadline_of_a_state_that_never_waits() -> None:
    found = about(state("a").on("go", "e").after(timedelta(1), "e").do_or_wait(go), final("e"))
    assert in_short(found) == [("warning", "a", "@deadline")]


@pytest.mark.parametrize(
    "a",
    [
        state("a").on("go", "e").on("stop", "e").do(go_or_stop),
        state("a").on("go", "e").on("stop", "e").do(go, on_exhausted="stop"),
        state("a").on("go", "e").on("stop", "e").do_or_wait(go_or_wait),
        state("a").on("go", "e").on("stop", "e").do(untold),
        state("a").on("go", "e").on("stop", "e"),
    ],
)
def test_events_that_may_come(a: State[str, Context, Any]) -> None:
    assert about(a, final("e")) == []


class Increment:
    def execute(self, context: Context, obj: Context) -> Literal["go"]:
        return "go"


def test_an_action_class_of_the_original_tells_by_its_execute() -> None:
    action: Any = LegacyAction(Increment(), Place(LegacyState("a", initial=True, final=False), 0))
    found = about(state("a").on("go", "e").on("stop", "e").do_or_wait(action), final("e"), may_all_wait=True)
    assert in_short(found) == [("warning", "a", "stop")]
