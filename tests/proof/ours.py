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
from tests.proof.rows import Roles, Row

TRANSITIONS = 9
FOREVER = 10**7
"""Turns: what goes wrong goes on until the machine is at rest."""
_NONE: tuple[str, ...] = ()


class Place4(NamedTuple):
    """A set-up, and who plays which part in it."""

    set_up: SetUp
    roles: Roles


SET_UPS: Mapping[str, Place4] = {
    "queue": Place4(doubled(), Roles(("queue",), ("stream2",), ("lock",), ("lock2",), ("retry",))),
    "stream": Place4(doubled(stream_first=True), Roles(("stream",), ("queue2",), ("lock",), ("lock2",), ("retry",))),
    "table": Place4(table, Roles(("stream", "store"), _NONE, _NONE, _NONE, ("retry",))),
    "sqlite": Place4(sqlite, Roles(("records", "store"), _NONE, _NONE, _NONE, ("records",))),
}
"""A queue with a stream as secondary, the other way about, a table whose commits are its messages, one SQLite file."""


class Judged(NamedTuple):
    """One simulation."""

    found: Found
    broken: tuple[str, ...]
    """By which invariants, a line each."""


def prove(row: Row, set_up: str, seed: int) -> Judged:
    """One machine of nine transitions, from its start until nothing moves any more."""
    simulated = _simulated(row, set_up, seed)
    story = Story(simulated.trace)
    broken = tuple(f"{name}: {line}" for name, lines in found(simulated, story).items() for line in lines)
    return Judged(judge(simulated.trace, set(simulated.started), None, sum(simulated.faulted.values())), broken)


def _simulated(row: Row, set_up: str, seed: int) -> Simulated:
    place = SET_UPS[set_up]
    among = TRANSITIONS if row.name.endswith("action") else calls_of(set_up)
    return simulate(replace(_scenario(set_up), faults=row.faults(among, place.roles), raising=row.raising), seed)


@cache
def calls_of(set_up: str) -> int:
    """Calls by workers that a machine takes where nothing goes wrong."""
    return simulate(replace(_scenario(set_up), faults=CALM), 0).met[Place.CALL]


def _scenario(set_up: str) -> Scenario:
    return Scenario(
        name=set_up, about="", set_up=SET_UPS[set_up].set_up, starts=[Start("line", {"left": TRANSITIONS - 1})],
        cast=_cast, raising=0.0, storm=FOREVER, calm=40 * 3600.0, retry=GENEROUS,
    )  # fmt: skip


def _cast(actions: Actions, retry: RetryPolicy) -> Machines:
    return registry([line(actions, retry)])
