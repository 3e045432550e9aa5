"""Depth first through every schedule, but not twice through what follows from one state."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fsm_bootstrap.simulation.invariants.checks import CHECKS
from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_bootstrap.simulation.trace import Event as TraceEvent
from tests.simulation.exhaustive.cases import Case
from tests.simulation.exhaustive.choices import Budget, Choice, Event
from tests.simulation.exhaustive.world import State, World

LONGEST = 200
"""Choices in a schedule that is taken to go on for ever."""
OF_ENDS = frozenset({"I5", "I6", "I12"})
"""Invariants that say how a schedule ends; the others can be broken, and are checked, before its end."""
ROUND = "it comes round to where it was, and nothing has gone on"
ANY = Budget(9, 9, 9, 99, 99)
"""For a schedule that somebody has at hand."""


@dataclass
class Found:
    """What a search comes to."""

    schedules: int = 0
    """Run to their end."""
    pruned: int = 0
    """Left where they came to a state from which everything had been tried."""
    states: int = 0
    """Different ones, from which everything was tried."""
    turns: int = 0
    """From one state to another."""
    longest: int = 0
    """Choices in a schedule."""
    broken: list[str] = field(default_factory=list[str])
    schedule: str = ""
    """The first one that breaks something."""

    @property
    def report(self) -> str:
        """For a person."""
        counts = (
            f"{self.schedules} schedules to their end, {self.pruned} pruned, {self.states} states, {self.turns} turns,"
            f" at most {self.longest} choices each"
        )
        return counts + (f"; broken by {self.schedule}: {'; '.join(self.broken)}" if self.broken else "")


class Broken(Exception):
    """A schedule that breaks an invariant."""


class Search:
    def __init__(self, world: World, budget: Budget) -> None:
        self._world, self._budget = world, budget
        self.found = Found()
        self._seen: dict[bytes, list[Budget]] = {}
        self._path: dict[bytes, list[Budget]] = {}
        self._schedule: list[Choice] = []
        self._storm = 0

    def run(self) -> Found:
        first = self._world.first(self._budget)
        try:
            self._visit(first)
        except Broken as broken:
            self.found.broken = str(broken).splitlines()
            self.found.schedule = " ".join(map(str, self._schedule))
        self.found.states = len(self._seen)
        return self.found

    def _visit(self, state: State) -> None:
        digest = self._world.digest(state)
        on_path = self._path.setdefault(digest, [])
        if state.budget in on_path:
            raise Broken(ROUND)
        covered = self._seen.setdefault(digest, [])
        if not any(self._world.choices(state)):
            self._end()
            return
        if any(budget.covers(state.budget) for budget in covered):
            self.found.pruned += 1
            self._check([name for name in CHECKS if name not in OF_ENDS])
            return
        covered[:] = [budget for budget in covered if not state.budget.covers(budget)] + [state.budget]
        on_path.append(state.budget)
        self._branch(state)
        on_path.pop()

    def _branch(self, state: State) -> None:
        tape, found = self._world.tape, self.found
        here, storm = len(tape.events), self._storm
        for choice in self._world.choices(state):
            budget = self._world.price(state, choice)
            if budget is None:
                continue
            self._schedule.append(choice)
            found.turns += 1
            after = self._world.after(state, choice, budget)
            if choice.event is not Event.GOES:
                self._storm = len(tape.events)
            if len(self._schedule) > LONGEST:
                raise Broken("it goes on for ever")
            self._visit(after)
            self._schedule.pop()
            del tape.events[here:]
            self._storm = storm

    def _end(self) -> None:
        self.found.schedules += 1
        self.found.longest = max(self.found.longest, len(self._schedule))
        self._check(list(CHECKS))

    def _check(self, names: Sequence[str]) -> None:
        lines = broken(self._world.told(self._storm), names)
        if lines:
            raise Broken("\n".join(lines))


def broken(simulated: Simulated, names: Sequence[str]) -> list[str]:
    """What the trace shows to be broken of these invariants."""
    story = Story(simulated.trace)
    return [f"{name}: {line}" for name in names for line in CHECKS[name](simulated, story)]


@contextmanager
def laid_out(case: Case) -> Generator[World]:
    """Back ends of its own; files are in memory where the system has a place for that."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="fsm-all-", dir=memory if memory.is_dir() else None) as folder:
        yield World(case, Path(folder))


def search(case: Case, budget: Budget) -> Found:
    """Try every schedule, until one breaks something."""
    with laid_out(case) as world:
        return Search(world, budget).run()


def simplest(case: Case, budget: Budget) -> str:
    """Of the schedules that break something one with the fewest faults and preemptions, for a person."""
    for faults in range(budget.faults + 1):
        for preemptions in range(budget.preemptions + 1):
            found = search(case, budget._replace(faults=faults, preemptions=preemptions))
            if found.broken:
                return "\n".join([*found.broken, f"see it with: {command(case, found)}"])
    return "none breaks anything"


def command(case: Case, found: Found) -> str:
    """How to see the schedule that was found."""
    return f"python -m tests.simulation.exhaustive {case.name} {found.schedule}"


def replayed(case: Case, words: Sequence[str]) -> tuple[Sequence[TraceEvent], list[str]]:
    """The trace of one schedule, and what it breaks.

    Raises:
        ValueError: there is no such schedule.
    """
    with laid_out(case) as world:
        state, storm, met = world.first(ANY), 0, list[bytes]()
        for number, word in enumerate(words, start=1):
            met.append(world.digest(state))
            choices = {str(choice): choice for choice in world.choices(state)}
            if word not in choices:
                raise ValueError(f"choice {number}, {word!r}, is not among {', '.join(choices) or 'any: it has ended'}")
            state = world.after(state, choices[word], ANY)
            if choices[word].event is not Event.GOES:
                storm = len(world.tape.events)
        told = world.told(storm)
        ends = not any(world.choices(state))
        lines = broken(told, [name for name in CHECKS if ends or name not in OF_ENDS])
        if not lines and world.digest(state) in met:
            lines = [ROUND]
        return told.trace.events, lines
