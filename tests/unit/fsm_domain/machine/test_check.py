"""What is wrong with a machine: one sentence each, all in one go."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from fsm_domain import Machine, Step
from fsm_domain.machine.state import Node
from tests.unit.fsm_domain.machine.checking import Context, final, state, untyped, wrong


def charge(context: Context, step: Step) -> Literal["paid", "declined"]:
    return "paid"


def test_a_target_that_is_never_defined() -> None:
    assert wrong([state("a").on("go", "ned").on("stop", "elsewhere"), state("end").on("x", "a")]) == {
        "state 'a': on 'go': there is no state 'ned'; did you mean 'end'?",
        "state 'a': on 'stop': there is no state 'elsewhere'",
    }


def test_the_target_of_a_deadline_that_is_never_defined() -> None:
    assert wrong([state("a").on("go", "end").after(timedelta(1), "late"), final("end")]) == {
        "state 'a': on the deadline: there is no state 'late'"
    }


def test_a_state_that_is_defined_twice() -> None:
    assert wrong([state("a").on("go", "end"), final("end"), final("end")]) == {"state 'end' is defined 2 times"}


def test_what_either_of_two_states_of_one_name_leads_to_counts_as_reached() -> None:
    states = [state("a").on("go", "b"), state("a").on("go", "c"), final("b"), final("c")]

    assert wrong(states) == {"state 'a' is defined 2 times"}


def test_an_event_that_is_handled_twice() -> None:
    assert wrong([state("a").on("go", "end").on("go", "a"), final("end")]) == {
        "state 'a': 'go' is handled 2 times",
    }


def test_a_deadline_that_is_set_twice() -> None:
    twice = state("a").on("go", "end").after(timedelta(1), "end").after(timedelta(2), "end")

    assert wrong([twice, final("end")]) == {"state 'a': the deadline is handled 2 times"}


def test_a_state_without_events_that_is_not_final() -> None:
    assert wrong([state("a").on("go", "b"), state("b")]) == {
        "state 'b': nothing leads out of it; make it a FinalState, or handle an event"
    }


def test_a_state_with_nothing_but_a_deadline_is_allowed() -> None:
    Machine[str, Context]("m", dict, initial="a", states=[state("a").after(timedelta(1), "end"), final("end")])


def test_states_that_cannot_be_reached() -> None:
    island = [state("b").on("x", "c"), state("c").on("x", "b")]

    assert wrong([state("a").on("go", "end"), *island, final("end")]) == {
        "state 'b' can never be reached from 'a'",
        "state 'c' can never be reached from 'a'",
    }


def test_a_deadline_reaches_its_target() -> None:
    states = [state("a").on("go", "end").after(timedelta(1), "late"), final("end"), final("late")]

    assert Machine[str, Context]("m", dict, initial="a", states=states).nodes.keys() == {"a", "end", "late"}


def test_unreachable_states_are_listed_beside_other_problems() -> None:
    assert wrong([state("a").on("go", "end").on("go", "end"), final("end"), final("island")]) == {
        "state 'a': 'go' is handled 2 times",
        "state 'island' can never be reached from 'a'",
    }


def test_a_target_with_a_typing_mistake_does_not_make_the_state_that_was_meant_unreachable() -> None:
    assert wrong([state("a").on("go", "shiped"), final("shipped")]) == {
        "state 'a': on 'go': there is no state 'shiped'; did you mean 'shipped'?"
    }


def test_an_initial_state_that_is_not_defined() -> None:
    assert wrong([final("end")], initial="edn") == {"the initial state 'edn' is not defined; did you mean 'end'?"}


def test_a_machine_without_states() -> None:
    assert wrong([]) == {"the initial state 'a' is not defined"}


@pytest.mark.parametrize("name", ["", " ", "two words", "tab\t", "line\n", "nul\0", "\x7f", "/orders", "-x", "a/b"])
def test_a_machine_whose_name_cannot_be_used(name: str) -> None:
    assert wrong([final("a")], name=name) == {
        f"{name!r} is no name; begin with a letter, a digit or _, go on with these and . -"
    }


@pytest.mark.parametrize("name", ["orders", "Orders", "orders-2", "orders.eu", "_x", "2fa", "Bestellungen_ü"])
def test_names_that_can_be_used(name: str) -> None:
    assert Machine[str, Context](name, dict, initial="a", states=[final("a")]).name == name


@pytest.mark.parametrize("name", ["", " ", " a", "a ", "tab\t", "line\n", "nul\0", "@a"])
def test_a_state_or_an_event_whose_name_cannot_be_used(name: str) -> None:
    assert wrong([state("a").on("go", name), final(name)]) == {
        f"state {name!r}: this is no name; use printable text without spaces around it, not beginning with @"
    }
    assert wrong([state("a").on(untyped(name), "end"), final("end")]) == {
        f"state 'a': {name!r} is no name of an event; use printable text without spaces around it, not beginning with @"
    }


@pytest.mark.parametrize("name", ["a", "2nd", "card declined", "state-1", "x/y", "größer"])
def test_states_and_events_may_have_any_printable_name(name: str) -> None:
    machine = Machine[str, Context](
        "m", dict, initial=name, states=[state(name).on(untyped(name), "the end"), final("the end")]
    )

    assert (name, name) in machine.edges


def test_the_state_before_the_first_is_reserved() -> None:
    assert wrong([state("a").on("go", "pseudo_init"), final("pseudo_init")]) == {
        "state 'pseudo_init': the name is kept for what comes before the initial state"
    }


@pytest.mark.parametrize("max_steps", [0, -1])
def test_max_steps_that_let_nothing_run(max_steps: int) -> None:
    assert wrong([final("a")], max_steps=max_steps) == {f"max_steps is at least 1, not {max_steps}"}


def test_everything_is_listed_at_once() -> None:
    states: list[Node[str, Context]] = [
        state("a").on("paid", "ende").on("paid", "a").do(untyped(charge), on_exhausted=untyped("x")),
        state("b"),
        final("end"),
        final("end"),
    ]

    assert wrong(states, name="two words", max_steps=0) == {
        "'two words' is no name; begin with a letter, a digit or _, go on with these and . -",
        "max_steps is at least 1, not 0",
        "state 'end' is defined 2 times",
        "state 'a': 'paid' is handled 2 times",
        "state 'a': on 'paid': there is no state 'ende'; did you mean 'end'?",
        "state 'a': its action may return 'declined', which it does not handle",
        "state 'a': on_exhausted is 'x', which it does not handle",
        "state 'b': nothing leads out of it; make it a FinalState, or handle an event",
        "state 'b' can never be reached from 'a'",
    }
