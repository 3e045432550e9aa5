"""The machines that are simulated: what their actions do depends on the context and the step alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from inspect import isawaitable
from typing import Any

from fsm_bootstrap.simulation.faults import Place
from fsm_bootstrap.simulation.kernel import Crash, Kernel, drawn
from fsm_bootstrap.simulation.runs import Runs
from fsm_bootstrap.simulation.trace import Trace
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.machine import Node
from fsm_domain.runtime.registry import Machines, registry

Context = dict[str, Any]  # Any: plain JSON
AnyMachine = Machine[Any, Any]
AnyState = State[str, Context, Any]  # Any: the events of a made-up machine

WAIT_SECONDS = 15.0
"""The deadline of the waiting state of `timed`."""


DELAY = 7.0
"""Seconds between two steps of `delayed`."""


class Failure(Exception):
    """What an action raises."""


class Actions:
    """Each folds its name and step into the context, takes its time, and may fail as seed, step and attempt say."""

    def __init__(self, kernel: Kernel, runs: Runs, seed: int, raising: float, longest: float) -> None:
        self._kernel, self._runs, self._seed, self._raising, self._longest = kernel, runs, seed, raising, longest

    def folding(self, label: str) -> Callable[[Context, Step], None]:
        """An action that only leaves its mark."""

        def action(context: Context, step: Step) -> None:
            self._begin(step)
            text = f"{context.get('folded', '')}|{label}|{step.number}|{step.data_text}"
            context["folded"] = sha256(text.encode()).hexdigest()[:12]

        return action

    def counting(self, label: str, event: str, last: str) -> Callable[[Context, Step], str]:
        """Counts `left` down; the event at zero is `last`."""
        fold = self.folding(label)

        def action(context: Context, step: Step) -> str:
            fold(context, step)
            context["left"] -= 1
            self._work(context, step)
            return event if context["left"] > 0 else last

        return action

    def drawing(self, event: str, other: str, last: str) -> Callable[[Context, Step], Any]:  # Any: as above
        """`left` is counted down, and the rest left to chance, which no second run of it has again."""

        def choose(context: Context, step: Step) -> str:
            context["drawn"] = self._kernel.random.random()
            if context["left"] <= 0:
                return last
            return event if context["drawn"] < 0.5 else other

        return self.choosing("draw", choose)

    def choosing(
        self, label: str, choose: Callable[[Context, Step], str | None]
    ) -> Callable[[Context, Step], Any]:  # Any: which of a state's events is known at run time only
        """Counts `left` down; `choose` says how to go on."""
        fold = self.folding(label)

        def action(context: Context, step: Step) -> Any:  # noqa: ANN401 - as above
            fold(context, step)
            context["left"] -= 1
            self._work(context, step)
            return choose(context, step)

        return action

    def watched(self, action: Callable[[Any, Step], Any]) -> Callable[[Any, Step], Any]:  # Any: a user's own action
        """The same action; the process may crash before it and after it."""

        async def awaited(value: Awaitable[object]) -> object:
            with self._told():
                answer = await value
            self._kernel.pause()
            return answer

        def watched(context: Any, step: Step) -> Any:  # noqa: ANN401 - as above
            self._begin(step)
            self._kernel.pause()
            with self._told():
                value: object = action(context, step)
            if isawaitable(value):
                return awaited(value)
            self._kernel.pause()
            return value

        return watched

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except Exception:
            self._runs.raised()
            raise

    def _begin(self, step: Step) -> None:
        self._runs.begin(step)

    def _work(self, context: Context, step: Step) -> None:
        self._kernel.pause()
        self._kernel.strike(Place.ACTION)
        self._take_time(step)
        self._kernel.pause()
        if step.number == context.get("poison"):
            raise Crash
        if step.number == context.get("doomed") or self._fails(step):
            self._runs.raised()
            raise Failure(f"step {step.number}, attempt {step.retries}")

    def _take_time(self, step: Step) -> None:
        kernel = self._kernel
        seconds, left = kernel.random.uniform(0.0, self._longest), step.deadline - kernel.own_clock.now()
        if kernel.faults.killed and seconds > left:
            kernel.sleep(left)
            kernel.faulted["killed"] += 1
            raise Crash
        kernel.sleep(seconds)

    def _fails(self, step: Step) -> bool:
        key = f"{self._seed}/{step.correlation_id}/{step.number}/{step.retries}"
        return self._raising > 0 and drawn(key) < self._raising


class PureActions(Actions):
    """The same, outside any simulation: they take no time and never fail."""

    def __init__(self) -> None:
        kernel = Kernel(0)
        super().__init__(kernel, Runs(kernel, Trace()), 0, 0.0, 0.0)

    def _begin(self, step: Step) -> None:
        pass

    def _work(self, context: Context, step: Step) -> None:
        pass


def machines(actions: Actions, retry: RetryPolicy) -> Machines:
    """All of them, by name."""
    return registry([make(actions, retry) for make in (loop, fickle, delayed, patient, timed, spare)])


def loop(actions: Actions, retry: RetryPolicy) -> AnyMachine:
    """`left` steps from one state to the other, some by way of a third in the same step."""
    count = actions.counting
    return _machine("loop", retry, actions, [
        _state("a", exit=actions.folding("leave a")).on("next", "b").on("done", "end").do(count("a", "next", "done")),
        _state("b", entry=actions.folding("enter b")).on("aside", "c", local=True).on("done", "end")
        .do(count("b", "aside", "done")),
        _state("c").on("next", "a", action=actions.folding("c to a")).on("done", "end").do(count("c", "next", "done")),
    ])  # fmt: skip


def fickle(actions: Actions, retry: RetryPolicy) -> AnyMachine:
    """The same as `line`, by actions that do something else each time that they are run."""
    return _machine("fickle", retry, actions, [
        _state("work").on("next", "work").on("other", "work").on("done", "end")
        .do(actions.drawing("next", "other", "done")),
    ])  # fmt: skip


def line(actions: Actions, retry: RetryPolicy) -> AnyMachine:
    """`left` steps in one state, and the end."""
    return _machine("line", retry, actions, [
        _state("work").on("next", "work").on("done", "end").do(actions.counting("work", "next", "done")),
    ])  # fmt: skip


def delayed(actions: Actions, retry: RetryPolicy) -> AnyMachine:
    """`left` steps, each `DELAY` after the one before."""
    late = timedelta(seconds=DELAY)
    return _machine("delayed", retry, actions, [
        _state("a").on("next", "a", delay=late).on("done", "end", delay=late)
        .do(actions.counting("a", "next", "done")),
    ])  # fmt: skip


def patient(actions: Actions, retry: RetryPolicy) -> AnyMachine:
    """Waits `left` - 1 times, each time until somebody says `go`."""
    return _machine("patient", retry, actions, [
        _state("work").on("wait", "wait").on("done", "end").do(actions.counting("work", "wait", "done")),
        _state("wait", entry=actions.folding("wait")).on("go", "work"),
    ])  # fmt: skip


def timed(actions: Actions, retry: RetryPolicy) -> AnyMachine:
    """The same, but no wait is longer than `WAIT_SECONDS`."""
    return _machine("timed", retry, actions, [
        _state("work").on("wait", "wait").on("done", "end").do(actions.counting("work", "wait", "done")),
        _state("wait", entry=actions.folding("wait")).on("go", "work").after(timedelta(seconds=WAIT_SECONDS), "work"),
    ])  # fmt: skip


def spare(actions: Actions, retry: RetryPolicy) -> AnyMachine:
    """Goes on by another way where its step fails once too often."""
    return _machine("spare", retry, actions, [
        _state("try").on("done", "end").on("give up", "mourn")
        .do(actions.counting("try", "done", "done"), on_exhausted="give up"),
        _state("mourn").on("done", "end").do(actions.counting("mourn", "done", "done")),
    ])  # fmt: skip


def _machine(name: str, retry: RetryPolicy, actions: Actions, states: list[Node[str, Context]]) -> AnyMachine:
    end = FinalState[str, Context]("end").do(actions.folding("end"))
    return Machine[str, Context](name, dict, initial=states[0].name, states=[*states, end], retry=retry)


def _state(
    name: str, entry: Callable[[Context, Step], None] | None = None, exit: Callable[[Context, Step], None] | None = None
) -> AnyState:
    return State[str, Context, Any](name, entry=entry, exit=exit)
