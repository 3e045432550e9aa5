"""Of a simulation that breaks an invariant a smaller one that breaks it, too: fewer machines, fewer kinds of faults.

What is left out changes all chance that follows, so that a few seeds are tried with each attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from fsm_bootstrap.simulation.campaign import Play, World, observe
from fsm_bootstrap.simulation.scenarios import BY_NAME

SEEDS = 25
"""Tried with each attempt."""

Breaks = Callable[[World, Play], bool]


class Case(NamedTuple):
    """One simulation."""

    world: World
    play: Play


def shrunk(case: Case, invariant: str, breaks: Breaks | None = None) -> Case:
    """The smallest that is found by leaving out one thing after the other."""
    is_broken = breaks or breaking(invariant)
    while True:
        smaller = next(filter(None, (_broken(attempt, is_broken) for attempt in _attempts(case))), None)
        if smaller is None:
            return case
        case = smaller


def breaking(invariant: str) -> Breaks:
    """Whether a simulation breaks the invariant of that name."""
    return lambda world, play: any(line.startswith(f"{invariant}:") for line in observe(world, play).broken)


def _attempts(case: Case) -> Iterator[Case]:
    world, play = case
    for machines in range(1, world.machines):
        yield Case(world._replace(machines=machines), play)
    for kind in BY_NAME[world.scenario].faults.less(play.without).kinds():
        yield Case(world, play._replace(without=(*play.without, kind)))


def _broken(case: Case, is_broken: Breaks) -> Case | None:
    first = case.world.seed
    for seed in range(first, first + SEEDS):
        world = case.world._replace(seed=seed)
        if is_broken(world, case.play):
            return Case(world, case.play)
    return None
