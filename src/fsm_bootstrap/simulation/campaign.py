"""Many small worlds, each with a seed of its own: how a few machines a simulation become thousands."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from fsm_bootstrap.loading import load_machines
from fsm_bootstrap.simulation.invariants.checks import found
from fsm_bootstrap.simulation.marks import marks
from fsm_bootstrap.simulation.own_machines import (
    ends_for_sure,
    keeping_time,
    themselves,
    understudied,
)
from fsm_bootstrap.simulation.scenario import COMPLETES, FAILS, Cast, Scenario, Start
from fsm_bootstrap.simulation.scenarios import ALL, BY_NAME
from fsm_bootstrap.simulation.simulation import Simulated, simulate
from fsm_bootstrap.simulation.story import Story
from fsm_bootstrap.simulation.verdict import Verdict, judged
from fsm_domain.runtime.registry import AnyMachine

WORK = 8
"""Actions of a user's machine that choose among its events, before they head for its end."""
IDLE, CALM = 600.0, 90 * 86_400.0
"""Seconds: machines with their own actions keep their own times, which may be days."""
MIXED = "mixed"
"""In the place of a scenario: all of them, by turns."""


class Play(NamedTuple):
    """What to simulate, in words that another process understands."""

    spec: str | None = None
    """Where the user's machines are; None: those that the scenarios bring along."""
    context: str | None = None
    """For the user's own actions, as JSON; None: actions are made up."""
    data: str | None = None
    """What comes with the events that they wait for, as JSON."""
    failing: tuple[tuple[str, float], ...] = ()
    """As `Faults.failing`."""
    without: tuple[str, ...] = ()
    """Kinds of faults to leave out."""


class World(NamedTuple):
    """One simulation."""

    scenario: str
    seed: int
    machines: int


class Seen(NamedTuple):
    """What became of it."""

    world: World
    verdict: Verdict
    broken: tuple[str, ...]
    """A line each, beginning with the invariant's name."""
    marks: Counter[str]
    """What it met."""


def worlds(scenario: str, machines: int, seed: int, play: Play) -> Iterator[World]:
    """So many machines, spread over worlds of a few; those of a mixed run over the scenarios by turns."""
    cast = [one.name for one in ALL if not unplayable(one.name, play)] if scenario == MIXED else [scenario]
    number = 0
    while machines > 0:
        name = cast[number % len(cast)]
        size = min(machines, len(BY_NAME[name].starts))
        yield World(name, seed + number // len(cast), size)
        machines -= size
        number += 1


def unplayable(scenario: str, play: Play) -> str:
    """Why the user's machines cannot be in this scenario; empty: they can."""
    late = keeping_time(_machines(play.spec)) if play.spec is not None else []
    if late and not BY_NAME[scenario].holds:
        return f"{', '.join(late)} has deadlines or delays, and nothing in this set-up can hold a message back"
    return ""


def observe(world: World, play: Play) -> Seen:
    """Simulate one world and check it."""
    simulated = simulated_in(world, play)
    story = Story(simulated.trace)
    broken = found(simulated, story)
    counts: Mapping[str, int] = {name: len(lines) for name, lines in broken.items()}
    lines = tuple(f"{name}: {line}" for name, lines in broken.items() for line in lines)
    return Seen(world, judged(simulated, story, counts), lines, marks(story))


def simulated_in(world: World, play: Play) -> Simulated:
    """The world, run to its end."""
    scenario = BY_NAME[world.scenario]
    if play.spec is not None:
        scenario = _with_own(scenario, play)
    faults = scenario.faults.less(play.without)
    faults = replace(faults, failing=play.failing) if play.failing else faults
    return simulate(replace(scenario, faults=faults, starts=scenario.starts[: world.machines]), world.seed)


def observe_all(todo: Sequence[World], play: Play, processes: int | None = None) -> Iterator[Seen]:
    """In the order of the worlds; by as many processes as there are processors, unless told."""
    processes = processes or os.cpu_count() or 1
    if processes == 1 or len(todo) < 2 * processes:
        yield from (observe(world, play) for world in todo)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(observe, todo, [play] * len(todo), chunksize=min(20, len(todo) // processes))


def _with_own(scenario: Scenario, play: Play) -> Scenario:
    """The scenario with the user's machines in the place of its own."""
    mine = _machines(play.spec)
    cast = _cast(play.spec, own=play.context is not None)
    starts = tuple(_start(mine[n % len(mine)], start, play) for n, start in enumerate(scenario.starts))
    scenario = replace(scenario, cast=cast, starts=starts, attended=True)
    return scenario if play.context is None else replace(scenario, knowable=False, idle=IDLE, calm=CALM, data=play.data)


def _start(machine: AnyMachine, start: Start, play: Play) -> Start:
    ends = start.ends | COMPLETES
    is_doomed = play.context is not None or not ends_for_sure(machine) or {"poison", "doomed"} & start.context.keys()
    if is_doomed:
        ends |= FAILS
    context: Mapping[str, object] = {**start.context, "left": WORK}
    return Start(machine.name, context, ends, text=play.context)


@cache
def _cast(spec: str | None, *, own: bool) -> Cast:
    return (themselves if own else understudied)(_machines(spec))


@cache
def _machines(spec: str | None) -> tuple[AnyMachine, ...]:
    return load_machines(spec or ".").machines
