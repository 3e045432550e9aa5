"""Two versions of the code at work at once: what a rolling deploy is, for as long as it lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, NotRequired, TypedDict

from fsm_bootstrap.simulation.invariants.migrations import THROUGH
from fsm_bootstrap.simulation.machines import WAIT_SECONDS, Actions, AnyMachine
from fsm_bootstrap.simulation.scenario import Scenario, Start
from fsm_bootstrap.simulation.set_ups import queue, sqlite, stream, table
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.machine import Action, Migration, Node
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import Machines

RENAMED: Final = {"b": "bee", "wait": "rest", "tarry": "hold", "go": "proceed"}
"""Two states, the event of an action, and one from outside."""
ON: Final = ("next", "tarry", "go")
LATER_ON: Final = ("next", "hold", "proceed")


class Errand(TypedDict):
    """What the first version writes; it reads nothing else."""

    left: int
    folded: NotRequired[str]


class LongErrand(Errand):
    """The later one's has a field more, without which it cannot be read."""

    through: list[str]


class NotedErrand(Errand):
    """A field more that may be left out."""

    notes: NotRequired[int]


def learn(context: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The migration of the context."""
    return {**context, THROUGH: [*context.get(THROUGH, ()), "learn"]}


def first(actions: Actions, retry: RetryPolicy) -> Machines:
    """Works in a and b by turns, and waits in between."""
    return {"errand": _errand(Errand, actions, retry, ("a", "b", "wait"), ON)}


def renaming(actions: Actions, retry: RetryPolicy) -> Machines:
    """The same under other names, and the context has a field more."""
    states, migrate = ("a", "bee", "rest"), (learn,)
    return {"errand": _errand(LongErrand, actions, retry, states, LATER_ON, renamed=RENAMED, migrate=migrate)}


def migrating(actions: Actions, retry: RetryPolicy) -> Machines:
    """The context alone has a field more: either version may wake what the other one left waiting."""
    return {"errand": _errand(LongErrand, actions, retry, ("a", "b", "wait"), ON, migrate=(learn,))}


def patient(actions: Actions, retry: RetryPolicy) -> Machines:
    """The first version, but it waits as long as it takes."""
    return {"errand": _errand(Errand, actions, retry, ("a", "b", "wait"), ON, timed=False)}


def undeclared(actions: Actions, retry: RetryPolicy) -> Machines:
    """Other names, and nobody says what they were: neither version can do anything for what the other one wrote."""
    states, events = ("a", "bee", "rest"), ("next", "hold", "go")
    return {"errand": _errand(Errand, actions, retry, states, events, timed=False)}


def adding(actions: Actions, retry: RetryPolicy) -> Machines:
    """One state more on the way, and a field that may be left out: nothing to migrate."""

    def noting(context: dict[str, Any], step: Step) -> str:  # Any: JSON
        answer = work(context, step)
        context["notes"] = context.get("notes", 0) + 1
        return answer

    work = actions.counting("c", "next", "done")
    more = _state("c").on("next", "b").on("done", "end").do(noting)
    return {"errand": _errand(NotedErrand, actions, retry, ("a", "b", "wait"), ON, after_a="c", more=(more,))}


def _errand(
    context: type, actions: Actions, retry: RetryPolicy, states: tuple[str, str, str], events: tuple[str, str, str],
    *, timed: bool = True, after_a: str = "", more: tuple[Node[str, Any], ...] = (),
    renamed: dict[str, str] | None = None, migrate: tuple[Migration, ...] = (),
) -> AnyMachine:  # fmt: skip
    (a, b, wait), (following, tarry, go) = states, events
    count = actions.counting
    waiting = _state(wait, actions.folding(wait)).on(go, a)
    nodes: list[Node[str, Any]] = [
        _state(a).on(following, after_a or b).on("done", "end").do(count(a, following, "done")),
        _state(b).on(tarry, wait).on("done", "end").do(count(b, tarry, "done")),
        waiting.after(timedelta(seconds=WAIT_SECONDS), a) if timed else waiting,
        *more,
        FinalState[str, Any]("end").do(actions.folding("end")),
    ]
    return Machine[str, Any](
        "errand", context, initial=a, states=nodes, retry=retry, renamed=renamed or {}, migrate=migrate
    )


def _state(name: str, entry: Action[Any, None] | None = None) -> Any:  # noqa: ANN401 - a made-up machine's events
    return State[str, Any, Any](name, entry=entry)


def _errands(**later: object) -> tuple[Start, ...]:
    """Of two that follow each other the second is started, and written to, by the later version."""
    return (
        Start("errand", {"left": 5}, events=2),
        Start("errand", {"left": 4, **later}, events=1),
        Start("errand", {"left": 4}, events=1),
        Start("errand", {"left": 3, **later}, events=1),
    )


_MIGRATED, _ALIKE = _errands(**{THROUGH: ["learn"]}), _errands()

ROLLING = (
    Scenario(
        name="rolling",
        about="two versions of the code at once; the later one renames states and events, and migrates contexts",
        set_up=queue(lock=True),
        cast=first,
        later=renaming,
        starts=_MIGRATED,
        operators=True,
        puts_off=True,
    ),
    Scenario(
        name="rolling-stream",
        about="the same on a stream, where nothing but contexts is migrated",
        set_up=stream(),
        cast=first,
        later=migrating,
        starts=_MIGRATED,
    ),
    Scenario(
        name="rolling-table",
        about="two versions, renames and migration, where the commit is the message",
        set_up=table,
        cast=first,
        later=renaming,
        starts=_MIGRATED,
    ),
    Scenario(
        name="rolling-sqlite",
        about="the same on one SQLite file, several transitions a claim",
        set_up=sqlite,
        cast=first,
        later=renaming,
        starts=_MIGRATED,
        limits=Limits(chain=10),
    ),
    Scenario(
        name="rolling-added",
        about="two versions of the code at once; the later one only has more, so nothing is migrated",
        set_up=queue(),
        cast=first,
        later=adding,
        starts=_ALIKE,
        workers=3,
    ),
    Scenario(
        name="rolling-undeclared",
        about="two versions of the code at once; what the later one renames it says to nobody",
        set_up=queue(),
        cast=patient,
        later=undeclared,
        starts=_ALIKE,
        retires=False,
        limits=Limits(rollout=86_400.0),
    ),
)
