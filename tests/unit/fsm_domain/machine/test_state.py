"""Building states: each builder returns a copy."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, StrEnum
from typing import Literal

import pytest

from fsm_domain import FinalState, RetryPolicy, State, Step
from fsm_domain.machine.state import DEADLINE, PSEUDO_INIT
from fsm_ports import names

Context = dict[str, object]
Name = Literal["charge", "ship", "release"]

state, final = State[Name, Context], FinalState[Name, Context]


def charge(context: Context, step: Step) -> Literal["paid", "declined"]:
    return "paid"


def maybe(context: Context, step: Step) -> Literal["paid"] | None:
    return None


def note(context: Context, step: Step) -> None:
    context["noted"] = True


def test_a_state_without_an_action_waits() -> None:
    node = state("charge").on("paid", "ship")

    assert node.action is None
    assert node.waits
    assert not node.final


def test_do_does_not_wait() -> None:
    node = state("charge").on("paid", "ship").on("declined", "release").do(charge, on_exhausted="declined")

    assert node.action is charge
    assert node.on_exhausted == "declined"
    assert not node.waits


def test_do_or_wait_waits() -> None:
    node = state("charge").on("paid", "ship").do_or_wait(maybe, on_exhausted="paid")

    assert node.action is maybe
    assert node.on_exhausted == "paid"
    assert node.waits


def test_the_last_action_counts() -> None:
    node = state("charge").on("paid", "ship").on("declined", "release")

    assert node.do(charge).do_or_wait(maybe).waits
    assert not node.do_or_wait(maybe, on_exhausted="paid").do(charge).waits
    assert node.do_or_wait(maybe, on_exhausted="paid").do(charge).on_exhausted is None


def test_on_keeps_the_order_and_what_belongs_to_the_transition() -> None:
    node = state("charge").on("paid", "ship", action=note).on("declined", "release", local=True)

    paid, declined = node.transitions
    assert (paid.event, paid.target, paid.action, paid.local) == ("paid", "ship", note, False)
    assert (declined.event, declined.target, declined.action, declined.local) == ("declined", "release", None, True)


def test_entry_exit_and_retry() -> None:
    policy = RetryPolicy(max_retries=1)
    node = state("charge", entry=note, exit=note, retry=policy)

    assert (node.entry, node.exit, node.retry) == (note, note, policy)


def test_builders_leave_the_original_as_it_was() -> None:
    bare = state("charge")
    node = bare.on("paid", "ship").on("declined", "release")
    done = node.do(charge)
    late = node.after(timedelta(hours=1), "release")

    assert bare.transitions == ()
    assert len(node.transitions) == 2
    assert node.action is None
    assert node.deadline is None
    assert done.action is charge
    assert late.deadline == 3600.0


def test_after_is_a_transition_on_the_reserved_event() -> None:
    node = state("charge").on("paid", "ship").after(timedelta(minutes=1, milliseconds=500), "release")

    assert node.deadline == 60.5
    assert [(edge.event, edge.target) for edge in node.transitions] == [("paid", "ship"), (DEADLINE, "release")]


@pytest.mark.parametrize("delay", [timedelta(0), timedelta(seconds=-1)])
def test_a_deadline_lies_in_the_future(delay: timedelta) -> None:
    with pytest.raises(ValueError, match="state 'charge'"):
        state("charge").after(delay, "release")


def test_a_final_state_is_final_and_never_waits() -> None:
    node = final("ship", entry=note).do(note)

    assert node.final
    assert not node.waits
    assert (node.entry, node.action) == (note, note)
    assert not hasattr(node, "on")


def test_the_builder_of_a_final_state_leaves_the_original_as_it_was() -> None:
    bare = final("ship")
    bare.do(note)

    assert bare.action is None


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Shape(str, Enum):  # noqa: UP042 - as users wrote it before StrEnum
    ROUND = "round"


def test_members_of_enums_become_their_plain_text() -> None:
    node = State[Colour, Context](Colour.RED).on("go", Colour.BLUE)

    assert type(node.name) is str
    assert node.name == "red"
    assert type(node.transitions[0].target) is str
    assert node.transitions[0].target == "blue"


def test_an_enum_whose_str_is_not_its_value_becomes_its_value() -> None:
    node = State[Shape, Context](Shape.ROUND).on("go", Shape.ROUND)

    assert node.name == "round"
    assert node.transitions[0].target == "round"


def test_states_cannot_be_changed() -> None:
    for name in ("name", "action", "transitions", "deadline"):
        with pytest.raises(AttributeError):
            setattr(state("charge"), name, None)


def test_the_reserved_words_are_those_of_the_records() -> None:
    assert (PSEUDO_INIT, DEADLINE) == (names.PSEUDO_INIT, names.DEADLINE_EVENT)
