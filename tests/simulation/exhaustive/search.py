"""Depth first through every schedule, but not twice through what follows from one state."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fsm_bootstrap.simulation.faults import Place
from fsm_bootstrap.simulation.invariants.checks import CHECKS
from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story
from fsm_bootstrap.simulation.trace import Calm
from tests.simulation.exhaustive.cases import Case
from tests.simulation.exhaustive.choices import Budget, Choice, Event
from tests.simulation.exhaustive.world import State, World

LONGEST = 300
"""Choices in a schedule that is taken to go on for ever."""
OF_ENDS = frozenset({"I5", "I6", "I12"})
"""Invariants that say how a schedule ends; the others can be broken, and are checked, before its end."""


@dataclass
class Found:
    """What a search comes to."""

    schedules: int = 0
    """Run to their end."""
    pruned: int = 0
    """Left where they came to a state from which all had been tried."""
    states: int = 0
    distinct: int = 0
    turns: int = 0
    longest: int = 0
    broken: list[str] = field(default_factory=list)
    schedule: str = ""
    """The first one that breaks something."""


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
            self.found.broken = [str(broken)]
            self.found.schedule = " ".join(map(str, self._schedule))
        self.found.distinct = len(self._seen)
        return self.found

    def _visit(self, state: State) -> None:
        digest = self._world.digest(state)
        on_path = self._path.setdefault(digest, [])
        if state.budget in on_path:
            raise Broken("it comes round to where it was, and nothing has gone on")
        covered = self._seen.setdefault(digest, [])
        if not any(self._world.choices(state)):
            self._end()
            return
        if any(budget.covers(state.budget) for budget in covered):
            self.found.pruned += 1
            self._check([name for name in CHECKS if name not in OF_ENDS])
            return
        covered[:] = [budget for budget in covered if not state.budget.covers(budget)] + [state.budget]
        self.found.states += 1
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
        simulated = self._world.told(self._storm)
        story = Story(simulated.trace)
        lines = [f"{name}: {line}" for name in names for line in CHECKS[name](simulated, story)]
        if lines:
            raise Broken("\n".join(lines))


@contextmanager
def laid_out(case: Case) -> Iterator[World]:
    """Back ends of its own, in memory as far as there is a file system there."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="fsm-all-", dir=memory if memory.is_dir() else None) as folder:
        yield World(case, Path(folder))


def search(case: Case, budget: Budget) -> Found:
    with laid_out(case) as world:
        return Search(world, budget).run()
