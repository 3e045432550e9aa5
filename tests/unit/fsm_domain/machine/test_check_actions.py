"""Actions that do not fit their state, found by their annotations when the machine is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Literal

import pytest

from fsm_domain import Machine, Step
from tests.unit.fsm_domain.machine.checking import Context, final, state, untyped, wrong


def charge(context: Context, step: Step) -> Literal["paid", "declined"]:
    return "paid"


def paid(context: Context, step: Step) -> Literal["paid"]:
    return "paid"


async def slowly(context: Context, step: Step) -> Literal["paid", "declined"]:
    return "paid"


def maybe(context: Context, step: Step) -> Literal["paid"] | None:
    return None


class Till:
    def charge(self, context: Context, step: Step) -> Literal["paid", "declined"]:
        return "paid"

    def __call__(self, context: Context, step: Step) -> Literal["paid", "declined"]:
        return "paid"


@pytest.mark.parametrize(
    "action",
    [
        charge,
        slowly,
        partial(charge),
        partial(partial(slowly)),
        Till().charge,
        partial(Till().charge),
        Till(),
    ],
)
def test_an_action_that_may_return_an_event_that_is_not_handled(action: Callable[..., object]) -> None:
    assert wrong([state("a").on("paid", "end").do(untyped(action)), final("end")]) == {
        "state 'a': its action may return 'declined', which it does not handle"
    }
    assert wrong([state("a").on("paid", "end").do_or_wait(untyped(action)), final("end")]) == {
        "state 'a': its action may return 'declined', which it does not handle"
    }


def test_an_action_with_a_typing_mistake_in_its_event() -> None:
    states = [state("a").on("payed", "end").on("declined", "end").do(untyped(charge)), final("end")]

    assert wrong(states) == {"state 'a': its action may return 'paid', which it does not handle; did you mean 'payed'?"}


def test_an_action_that_may_return_none_where_the_state_never_waits() -> None:
    assert wrong([state("a").on("paid", "end").do(untyped(maybe)), final("end")]) == {
        "state 'a': its action may return None; use do_or_wait"
    }


def test_an_action_may_return_none_where_the_state_may_wait() -> None:
    Machine[str, Context]("m", dict, initial="a", states=[state("a").on("paid", "a").do_or_wait(maybe)])


def test_the_action_of_a_final_state_may_return_anything() -> None:
    Machine[str, Context]("m", dict, initial="a", states=[final("a").do(charge)])


def test_an_exhausted_event_that_is_not_handled() -> None:
    states = [state("a").on("paid", "end").do(paid, on_exhausted=untyped("pait")), final("end")]

    assert wrong(states) == {"state 'a': on_exhausted is 'pait', which it does not handle; did you mean 'paid'?"}


def test_a_deadline_cannot_be_the_exhausted_event_or_be_returned() -> None:
    def late(context: Context, step: Step) -> Literal["@deadline"] | None:
        return "@deadline"

    states = [
        state("a")
        .on("go", "end")
        .after(timedelta(1), "end")
        .do_or_wait(untyped(late), on_exhausted=untyped("@deadline")),
        final("end"),
    ]

    assert wrong(states) == {
        "state 'a': its action may return '@deadline', which it does not handle",
        "state 'a': on_exhausted is '@deadline', which it does not handle",
    }


def test_a_deadline_of_a_state_that_never_waits() -> None:
    states = [
        state("a").on("paid", "end").on("declined", "end").after(timedelta(1), "end").do(charge),
        final("end"),
    ]

    assert wrong(states) == {"state 'a': it has a deadline but never waits; use do_or_wait, or leave out the action"}
