"""What is searched: each kind of source and store, and how far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from fsm_bootstrap.simulation.faults import CALM
from fsm_bootstrap.simulation.machines import Actions, Context, Failure
from fsm_bootstrap.simulation.scenario import GENEROUS, Cast, Scenario, Start
from fsm_bootstrap.simulation.set_ups import SetUp, queue, retry_only, sqlite, stream, table
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import Machines, registry
from tests.simulation.exhaustive.choices import Budget
from tests.simulation.exhaustive.turns import Turns

CLAIM = 30.0
"""Seconds for which a source hides what it handed out."""
WAIT = 15.0
"""Seconds until the deadline of the machine that waits."""


class StoppingActions(Actions):
    """Each can be interrupted, and can be made to fail, once."""

    def _work(self, context: Context, step: Step) -> None:
        if isinstance(self._kernel, Turns) and self._kernel.act():
            self._runs.raised()
            raise Failure("made to fail")


def line(actions: Actions, retry: RetryPolicy) -> Machines:
    """one -next-> two, after as many rounds of `one` as the context says; each step with an action."""
    one = State[str, Context, str]("one").on("again", "one").on("next", "two")
    one = one.do(actions.counting("one", "again", "next"))
    return registry([Machine[str, Context]("line", dict, initial="one", states=[one, _two(actions)], retry=retry)])


def wait(actions: Actions, retry: RetryPolicy) -> Machines:
    """one, then a wait until its deadline, then two."""
    one = State[str, Context, str]("one").on("wait", "wait").do(actions.counting("one", "wait", "wait"))
    until = State[str, Context, str]("wait", entry=actions.folding("wait")).after(timedelta(seconds=WAIT), "two")
    states = [one, until, _two(actions)]
    return registry([Machine[str, Context]("line", dict, initial="one", states=states, retry=retry)])


def _two(actions: Actions) -> FinalState[str, Context]:
    fold = actions.folding("two")

    def last(context: Context, step: Step) -> None:
        fold(context, step)
        actions._work(context, step)

    return FinalState[str, Context]("two").do(last)


QUICK = Budget(faults=2)
"""Any two of crash, duplicate and failure in one schedule, and a preemption."""
NARROW = Budget(faults=2, preemptions=0)
"""The same without a preemption, where a lock or a third step makes so many more calls that can meet something."""
FULL = Budget(faults=3)
"""All three, and a preemption."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One set-up."""

    name: str
    about: str
    set_up: SetUp
    cast: Cast = line
    steps: int = 2
    batch: int = 1
    limits: Limits = field(default_factory=Limits)
    exclusive: bool = False
    puts_off: bool = False
    quick: Budget = QUICK

    def bounds(self, *, full: bool) -> Budget:
        """How far to search."""
        return FULL if full else self.quick

    @property
    def scenario(self) -> Scenario:
        """As the checkers of the invariants know it."""
        return Scenario(
            name=self.name, about=self.about, set_up=self.set_up, cast=self.cast,
            starts=(Start("line", {"left": self.steps - 1}),),
            batch=self.batch, claim=CLAIM, faults=CALM, limits=self.limits, retry=GENEROUS, raising=0.0,
            exclusive=self.exclusive, puts_off=self.puts_off,
        )  # fmt: skip


CASES = (
    Case(name="queue", about="a queue, which defers and delays; no lock", set_up=queue()),
    Case(name="queue-batch", about="the same, two messages at a time", set_up=queue(), batch=2),
    Case(
        name="queue-lock",
        about="the same with a lock that never fails",
        set_up=queue(lock=True),
        exclusive=True,
        puts_off=True,
        quick=NARROW,
    ),
    Case(
        name="queue-lock-faults",
        about="the same with a lock that may fail",
        set_up=queue(lock=True, sound_lock=False),
        puts_off=True,
        quick=NARROW,
    ),
    Case(
        name="queue-chain",
        about="three steps, two a delivery",
        set_up=queue(),
        steps=3,
        limits=Limits(chain=2),
        quick=NARROW,
    ),
    Case(name="queue-deadline", about="two steps with a wait between", set_up=queue(), cast=wait, quick=NARROW),
    Case(name="stream", about="a stream alone, which can neither hold nor defer", set_up=stream(retry=False), batch=2),
    Case(name="stream-retry", about="a stream and a retry table", set_up=stream(), batch=2),
    Case(
        name="stream-retry-lock",
        about="the same with a lock",
        set_up=stream(lock=True),
        batch=2,
        exclusive=True,
        puts_off=True,
        quick=NARROW,
    ),
    Case(name="retry-only", about="the retry table carries everything", set_up=retry_only),
    Case(name="table", about="a table whose stream delivers every commit", set_up=table, batch=2),
    Case(name="sqlite", about="one SQLite file: records are messages", set_up=sqlite, exclusive=True),
    Case(
        name="sqlite-chain",
        about="the same, three steps, two a claim",
        set_up=sqlite,
        steps=3,
        limits=Limits(chain=2),
        exclusive=True,
        quick=NARROW,
    ),
    Case(
        name="sqlite-deadline",
        about="two steps with a wait between",
        set_up=sqlite,
        cast=wait,
        exclusive=True,
        quick=NARROW,
    ),
)
BY_NAME = {case.name: case for case in CASES}
