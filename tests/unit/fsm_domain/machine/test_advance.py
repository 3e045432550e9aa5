"""One step: what runs in which order, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Never

import pytest

from fsm_domain import Step, UnhandledEvent
from fsm_domain.machine.advance import PSEUDO_INIT, Advanced, Rest, advance
from fsm_domain.machine.state import DEADLINE, Node
from tests.unit.fsm_domain.machine.stepping import (
    Trail,
    final,
    machine,
    mark,
    new_step,
    no_wait,
    run,
    says,
    state,
    wait,
)

FULL = machine(
    state("a", entry=mark("enter a"), exit=mark("leave a")).on("go", "b", action=mark("a to b")).do(says("go")),
    state("b", entry=mark("enter b"), exit=mark("leave b")).on("end", "z", action=mark("b to z")).do(says("end")),
    final("z", entry=mark("enter z")).do(says("nothing", "do z")),
)


def test_exit_action_then_transition_then_entry_then_do() -> None:
    advanced, trail = run(FULL, "a", "go")

    assert trail == ["leave a", "a to b", "enter b", "do end"]
    assert advanced == Advanced("b", "end", Rest.NO)


def test_the_first_step_enters_the_initial_state() -> None:
    advanced, trail = run(FULL, PSEUDO_INIT, PSEUDO_INIT)

    assert trail == ["enter a", "do go"]
    assert advanced == Advanced("a", "go", Rest.NO)


def test_the_action_of_a_final_state_runs_and_its_result_is_ignored() -> None:
    advanced, trail = run(FULL, "b", "end")

    assert trail == ["leave b", "b to z", "enter z", "do z"]
    assert advanced == Advanced("z", None, Rest.COMPLETED)


def test_an_initial_state_may_be_final_and_bare() -> None:
    assert run(machine(final("a")), PSEUDO_INIT, PSEUDO_INIT)[0].rest is Rest.COMPLETED


def test_a_state_without_an_action_waits() -> None:
    of = machine(state("a", entry=mark("enter a")).on("go", "b"), final("b"))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT) == (Advanced("a", None, Rest.WAITING), ["enter a"])


def test_an_action_that_may_wait_waits_when_it_returns_none() -> None:
    of = machine(state("a").on("go", "b").do_or_wait(says(None)), final("b"))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT)[0] == Advanced("a", None, Rest.WAITING)


def test_an_action_that_may_wait_goes_on_when_it_returns_an_event() -> None:
    of = machine(state("a").on("go", "b").do_or_wait(says("go")), final("b"))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT)[0] == Advanced("a", "go", Rest.NO)


def test_a_deadline_is_handled_like_an_event() -> None:
    of = machine(state("a").on("go", "b").after(timedelta(1), "late"), final("b"), final("late"))

    assert run(of, "a", DEADLINE)[0] == Advanced("late", None, Rest.COMPLETED)


def test_a_deadline_is_not_listed_among_the_events_that_a_state_handles() -> None:
    of = machine(state("a").on("go", "b").after(timedelta(1), "b"), final("b"))

    with pytest.raises(UnhandledEvent, match=r"it handles 'go'$"):
        run(of, "a", "other")


@pytest.mark.parametrize(
    ("at", "event", "said"),
    [
        ("a", "gone", "machine 'm': state 'a' does not handle 'gone'; it handles 'go'; did you mean 'go'?"),
        ("z", "go", "machine 'm': state 'z' does not handle 'go'; it handles no event"),
        ("b", DEADLINE, "machine 'm': state 'b' does not handle '@deadline'; it handles 'end'"),
        ("nowhere", "go", "machine 'm': there is no state 'nowhere'"),
        ("a", "", "machine 'm': state 'a' does not handle ''; it handles 'go'"),
    ],
)
def test_a_message_whose_event_its_state_does_not_handle(at: str, event: str, said: str) -> None:
    trail: Trail = []

    with pytest.raises(UnhandledEvent) as caught:
        advance(FULL, at, event, trail, new_step(), no_wait)
    assert str(caught.value) == said
    assert trail == []


def test_every_kind_of_action_may_be_async() -> None:
    def slow(name: str) -> Callable[[Trail, Step], Coroutine[Any, Any, None]]:
        async def action(trail: Trail, step: Step) -> None:
            trail.append(name)

        return action

    of = machine(
        state("a", exit=slow("leave a")).on("go", "b", action=slow("a to b")),
        final("b", entry=slow("enter b")).do(slow("do b")),
    )

    assert run(of, "a", "go", wait)[1] == ["leave a", "a to b", "enter b", "do b"]


def test_a_self_transition_leaves_and_enters_the_state() -> None:
    of = machine(
        state("a", entry=mark("enter a"), exit=mark("leave a")).on("again", "a", action=mark("again")).do(says("again"))
    )

    assert run(of, "a", "again") == (Advanced("a", "again", Rest.NO), ["leave a", "again", "enter a", "do again"])


def test_every_action_gets_the_same_context_and_step() -> None:
    given: list[tuple[int, int]] = []

    def keep(trail: Trail, step: Step) -> None:
        given.append((id(trail), id(step)))

    of = machine(state("a", exit=keep).on("go", "b", action=keep), final("b", entry=keep).do(keep))
    trail, step = list[str](), new_step()
    advance(of, "a", "go", trail, step, no_wait)

    assert given == [(id(trail), id(step))] * 4


class Burst(Exception):
    """Raised by an action."""


def _burst(trail: Trail, step: Step) -> Never:
    raise Burst


@pytest.mark.parametrize(
    ("states", "ran"),
    [
        ([state("a", exit=_burst).on("go", "b", action=mark("a to b")), final("b")], []),
        ([state("a", exit=mark("leave a")).on("go", "b", action=_burst), final("b")], ["leave a"]),
        ([state("a", exit=mark("leave a")).on("go", "b"), final("b", entry=_burst)], ["leave a"]),
        ([state("a").on("go", "b"), final("b", entry=mark("enter b")).do(_burst)], ["enter b"]),
    ],
    ids=["exit", "transition", "entry", "do"],
)
def test_what_an_action_raises_comes_through_and_nothing_more_runs(
    states: Sequence[Node[str, Trail]], ran: Trail
) -> None:
    trail: Trail = []

    with pytest.raises(Burst):
        advance(machine(*states), "a", "go", trail, new_step(), no_wait)
    assert trail == ran
