"""This framework, put through a row, in four set-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from fsm_bootstrap.simulation.faults import CALM, Place
from fsm_bootstrap.simulation.invariants.checks import found
from fsm_bootstrap.simulation.machines import Actions, line
from fsm_bootstrap.simulation.scenario import GENEROUS, Scenario, Start
from fsm_bootstrap.simulation.set_ups import SetUp, doubled, sqlite, table
from fsm_bootstrap.simulation.simulation import Simulated, simulate
from fsm_bootstrap.simulation.story import Story
from fsm_domain import RetryPolicy
from fsm_domain.runtime.registry import Machines, registry
from tests.proof.oracle import Found, judge
from tests.proof.rows import LEFT, Roles, Row

TRANSITIONS = LEFT + 1
FOREVER = 10**7
"""Turns: what goes wrong goes on until the machine is at rest."""
_NONE: tuple[str, ...] = ()


class Stage(NamedTuple):
    """A set-up, and who plays which part in it."""

    set_up: SetUp
    roles: Roles


_RETRIES = ("retry",), ("retry2",)
SET_UPS: Mapping[str, Stage] = {
    "queue": Stage(doubled(), Roles(("queue",), ("stream2",), ("lock",), ("lock2",), *_RETRIES)),
    "stream": Stage(doubled(stream_first=True), Roles(("stream",), ("queue2",), ("lock",), ("lock2",), *_RETRIES)),
    "table": Stage(table, Roles(("stream", "store"), _NONE, _NONE, _NONE, ("retry",), _NONE)),
    "sqlite": Stage(sqlite, Roles(("records", "store"), _NONE, _NONE, _NONE, ("records",), _NONE)),
}
"""A queue with a stream as secondary, the other way about, a table whose commits are its messages, one SQLite file."""


class Judged(NamedTuple):
    """One simulation."""

    found: Found
    broken: tuple[str, ...]
    """By which invariants, a line each."""


def prove(row: Row, set_up: str, seed: int) -> Judged:
    """One simulation of machines of nine transitions, from their start until nothing moves any more."""
    simulated = _simulated(row, set_up, seed)
    story = Story(simulated.trace)
    broken = tuple(f"{name}: {line}" for name, lines in found(simulated, story).items() for line in lines)
    begun = simulated.trace.latest
    started = {name for name in simulated.started if simulated.scenario.faithful or name in begun}
    return Judged(judge(simulated.trace, started, None, sum(simulated.faulted.values())), broken)


def _simulated(row: Row, set_up: str, seed: int) -> Simulated:
    stage = SET_UPS[set_up]
    among = TRANSITIONS if row.name.endswith("action") else calls_of(set_up)
    scenario = replace(_scenario(set_up), faults=row.faults(among, stage.roles), raising=row.raising)
    return simulate(row.change(scenario), seed)


def machines_of(row: Row) -> int:
    """How many there are in one simulation."""
    return len(row.change(_scenario("queue")).starts)


@cache
def calls_of(set_up: str) -> int:
    """Calls by workers that a machine takes where nothing goes wrong."""
    return simulate(replace(_scenario(set_up), faults=CALM), 0).met[Place.CALL]


def _scenario(set_up: str) -> Scenario:
    return Scenario(
        name=set_up, about="", set_up=SET_UPS[set_up].set_up, starts=[Start("line", {"left": LEFT})],
        cast=_cast, raising=0.0, storm=FOREVER, calm=40 * 3600.0, retry=GENEROUS,
    )  # fmt: skip


def _cast(actions: Actions, retry: RetryPolicy) -> Machines:
    return registry([line(actions, retry)])
