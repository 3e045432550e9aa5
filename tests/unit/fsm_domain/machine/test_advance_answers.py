"""What an action may answer: an event as text or enum member, None, or an awaitable of these."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Any

import pytest

from fsm_domain import UndeclaredEvent
from fsm_domain.machine.advance import PSEUDO_INIT, Advanced, Rest, advance
from fsm_domain.machine.state import DEADLINE
from tests.unit.fsm_domain.machine.stepping import (
    Trail,
    final,
    later,
    machine,
    mark,
    new_step,
    no_wait,
    run,
    says,
    state,
    wait,
)


@pytest.mark.parametrize("answer", [None, "unknown", 42, b"bytes"])
def test_whatever_the_action_of_a_final_state_returns_the_machine_has_completed(answer: object) -> None:
    of = machine(final("a").do(says(answer)))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT)[0] == Advanced("a", None, Rest.COMPLETED)


@pytest.mark.parametrize("answer", [None, "gone", "", "GO", 42, True, 0.5, b"go", ["go"], object, DEADLINE])
def test_an_action_that_must_not_wait_has_to_return_an_event_that_its_state_handles(answer: object) -> None:
    of = machine(state("a").on("go", "b").on("stop", "b").do(says(answer)), final("b"))

    with pytest.raises(UndeclaredEvent) as caught:
        run(of, PSEUDO_INIT, PSEUDO_INIT)
    assert repr(answer) in str(caught.value)
    assert "'m'" in str(caught.value)
    assert "state 'a'" in str(caught.value)
    assert "'go', 'stop'" in str(caught.value)


@pytest.mark.parametrize("answer", ["gone", "", 42, False, 0, DEADLINE])
def test_an_action_that_may_wait_has_to_return_such_an_event_or_none(answer: object) -> None:
    of = machine(state("a").on("go", "b").after(timedelta(1), "b").do_or_wait(says(answer)), final("b"))

    with pytest.raises(UndeclaredEvent, match="state 'a'"):
        run(of, PSEUDO_INIT, PSEUDO_INIT)


def test_an_undeclared_event_is_found_before_the_machine_moves_on() -> None:
    of = machine(state("a").on("go", "b", action=mark("a to b")).do(says("gone")), final("b", entry=mark("enter b")))
    trail: Trail = []

    with pytest.raises(UndeclaredEvent, match="did you mean 'go'"):
        advance(of, PSEUDO_INIT, PSEUDO_INIT, trail, new_step(), no_wait)
    assert trail == ["do gone"]


class Event(StrEnum):
    GO = "go"
    GONE = "gone"


class Mixed(str, Enum):  # noqa: UP042 - as users wrote it before StrEnum
    """Its str() is not its value."""

    GO = "go"


@pytest.mark.parametrize("answer", [Event.GO, Mixed.GO])
def test_a_member_of_an_enum_becomes_its_plain_text(answer: str) -> None:
    of = machine(state("a").on("go", "b").do(says(answer)), final("b"))

    event = run(of, PSEUDO_INIT, PSEUDO_INIT)[0].event
    assert event == "go"
    assert type(event) is str


def test_an_undeclared_member_of_an_enum_is_shown_as_its_text() -> None:
    of = machine(state("a").on("go", "b").do(says(Event.GONE)), final("b"))

    with pytest.raises(UndeclaredEvent, match="returned 'gone', which"):
        run(of, PSEUDO_INIT, PSEUDO_INIT)


@pytest.mark.parametrize("answer", ["go", Event.GO, Mixed.GO])
def test_an_async_action_gives_the_event_that_it_returns_in_the_end(answer: str) -> None:
    of = machine(state("a").on("go", "b").do(later(answer)), final("b"))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT, wait) == (Advanced("a", "go", Rest.NO), [f"do {answer}"])


def test_an_async_action_may_return_none_and_wait() -> None:
    of = machine(state("a").on("go", "b").do_or_wait(later(None)), final("b"))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT, wait)[0].rest is Rest.WAITING


def test_an_async_action_that_returns_an_undeclared_event() -> None:
    of = machine(state("a").on("go", "b").do(later("gone")), final("b"))

    with pytest.raises(UndeclaredEvent, match="'gone'"):
        run(of, PSEUDO_INIT, PSEUDO_INIT, wait)


class Promise:
    """Awaitable, but no coroutine."""

    def __await__(self) -> Generator[Any, None, str]:
        return "go"
        yield


def test_an_action_may_return_any_awaitable() -> None:
    of = machine(state("a").on("go", "b").do(says(Promise())), final("b"))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT, wait)[0] == Advanced("a", "go", Rest.NO)


def test_what_other_actions_return_is_ignored() -> None:
    of = machine(
        state("a", exit=says("go")).on("go", "b", action=says("gone")),
        state("b", entry=says(42)).on("go", "b").do(says("go")),
    )

    assert run(of, "a", "go")[0] == Advanced("b", "go", Rest.NO)
