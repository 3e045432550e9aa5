"""One step: what runs in which order, and where it leads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Any, Literal, Never

import pytest

from fsm_domain import FinalState, Machine, State, Step, UndeclaredEvent, UnhandledEvent
from fsm_domain.machine.advance import PSEUDO_INIT, Advanced, Rest, advance
from fsm_domain.machine.errors import EndlessLocalTransitions
from fsm_domain.machine.state import DEADLINE, Node

Trail = list[str]
UncheckedAction = Callable[[Trail, Step], Any]  # Any: what it returns is told to no type checker
state, final = State[str, Trail], FinalState[str, Trail]


def mark(name: str) -> Callable[[Trail, Step], None]:
    """An action that leaves its name on the trail."""

    def action(trail: Trail, step: Step) -> None:
        trail.append(name)

    return action


def says(answer: object, name: str | None = None) -> UncheckedAction:
    """An action that leaves its name on the trail and returns an event."""

    def action(trail: Trail, step: Step) -> object:
        trail.append(f"do {answer}" if name is None else name)
        return answer

    return action


def later(answer: object) -> UncheckedAction:
    """The same, async."""

    async def action(trail: Trail, step: Step) -> object:
        trail.append(f"do {answer}")
        return answer

    return action


def machine(*states: Node[str, Trail], initial: str = "a") -> Machine[str, Trail]:
    return Machine[str, Trail]("m", list, initial=initial, states=states)


def new_step() -> Step:
    return Step(machine="m", correlation_id="c")


def wait(awaitable: Awaitable[object]) -> object:
    """Runs what never really waits."""
    iterator: Generator[Any, None, object] = awaitable.__await__()
    try:
        next(iterator)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits for something")


def no_wait(awaitable: Awaitable[object]) -> object:
    raise AssertionError("nothing here is awaitable")


def run(
    of: Machine[str, Trail], at: str, event: str, waiting: Callable[[Awaitable[object]], object] = no_wait
) -> tuple[Advanced, Trail]:
    trail: Trail = []
    return advance(of, at, event, trail, new_step(), waiting), trail


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


@pytest.mark.parametrize("answer", [None, "unknown", 42, b"bytes"])
def test_whatever_the_action_of_a_final_state_returns_the_machine_has_completed(answer: object) -> None:
    of = machine(final("a").do(says(answer)))

    assert run(of, PSEUDO_INIT, PSEUDO_INIT)[0] == Advanced("a", None, Rest.COMPLETED)


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


class Event(StrEnum):
    GO = "go"


class Mixed(str, Enum):  # noqa: UP042 - as users wrote it before StrEnum
    """Its str() is not its value."""

    GO = "go"


@pytest.mark.parametrize("answer", [Event.GO, Mixed.GO])
def test_a_member_of_an_enum_becomes_its_plain_text(answer: str) -> None:
    of = machine(state("a").on("go", "b").do(says(answer)), final("b"))

    event = run(of, PSEUDO_INIT, PSEUDO_INIT)[0].event
    assert event == "go"
    assert type(event) is str


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


def test_a_self_transition_leaves_and_enters_the_state() -> None:
    of = machine(
        state("a", entry=mark("enter a"), exit=mark("leave a")).on("again", "a", action=mark("again")).do(says("again"))
    )

    assert run(of, "a", "again") == (Advanced("a", "again", Rest.NO), ["leave a", "again", "enter a", "do again"])


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


def test_a_long_chain_of_local_transitions_comes_to_its_end() -> None:
    of = machine(state("a").on("round", "a", local=True).on("out", "z").do(counting(10_001)), final("z"))

    advanced, trail = run(of, PSEUDO_INIT, PSEUDO_INIT)
    assert advanced == Advanced("a", "out", Rest.NO)
    assert len(trail) == 10_001


def test_local_transitions_that_never_end_are_cut_short_and_named() -> None:
    of = machine(
        state("a").on("in", "b").do(says("in")),
        state("b").on("there", "c", local=True).on("out", "a").do(says("there")),
        state("c").on("back", "b", local=True).do(says("back")),
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
