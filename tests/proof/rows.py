"""What both frameworks are put through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from fsm_bootstrap.simulation.faults import CALM, Fate, Faults, Once, Outage, Place
from fsm_bootstrap.simulation.machines import Actions, fickle
from fsm_bootstrap.simulation.scenario import Scenario, Start
from fsm_domain import RetryPolicy
from fsm_domain.runtime.registry import Machines, registry

TEN_MINUTES = 600.0
LATE = 25 * 3600.0
LEFT = 8
"""Transitions of a machine but one."""
SOON = 4.0
"""Seconds after the beginning: some steps are done, some are not."""


class Range(NamedTuple):
    """Machines lost of 1,000, in the best and in the worst of its set-ups."""

    best: int
    worst: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of trouble."""

    name: str
    faults: Callable[[int, Roles], Faults]
    """Of the number of calls that a machine takes from start to end, and of who plays which part."""
    raising: float = 0.0
    """Share of the first attempts that raise."""
    bulk: bool = False
    """Machines are started by the call for many."""
    measured: Range | None = None
    """What the original lost when it was measured before, in other set-ups than here."""
    connection: bool | None = None
    """Calls fail as connections, or by an error that the service answers with; None: the one and the other."""
    ours_only: bool = False
    """The original has nothing like it."""
    change: Callable[[Scenario], Scenario] = lambda scenario: scenario
    """What else is different here than usual."""


class Roles(NamedTuple):
    """The back ends that play a part in a set-up; where there is one only, its outage is that of both."""

    bus: tuple[str, ...]
    other_bus: tuple[str, ...]
    lock: tuple[str, ...]
    other_lock: tuple[str, ...]
    retry: tuple[str, ...]
    other_retry: tuple[str, ...]
    store: tuple[str, ...] = ("store",)


def _once(place: Place, fate: Fate | None = None) -> Callable[[int, Roles], Faults]:
    return lambda calls, roles: Faults(once=Once(place, calls, fate))


def _always(faults: Faults) -> Callable[[int, Roles], Faults]:
    return lambda calls, roles: faults


def _down(name: Callable[[Roles], tuple[str, ...]], begins: float = SOON) -> Callable[[int, Roles], Faults]:
    return lambda calls, roles: Faults(outages=(Outage(name(roles), begins, TEN_MINUTES),))


def _changed(**changes: object) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, **changes)  # type: ignore[arg-type]  # whichever fields those are


def _many(count: int) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, starts=[*scenario.starts] * count)


def _fickle(actions: Actions, retry: RetryPolicy) -> Machines:
    return registry([fickle(actions, retry)])


_STORM = Faults(
    crash=0.015, stall=0.01, unavailable=0.05, unknown=0.05, duplicate=0.1, redeliver=0.1, delay=0.1, flush=0.2
)
_LARGE = Start("line", {"left": LEFT, "ballast": "x" * 280_000})

MEASURED = (
    Row(name="nothing goes wrong", faults=_always(CALM), measured=Range(0, 0)),
    Row(
        name="one call a machine fails: an error is answered", faults=_once(Place.CALL, Fate.UNAVAILABLE),
        measured=Range(119, 263), connection=False,
    ),
    Row(
        name="one call a machine fails: no connection", faults=_once(Place.CALL, Fate.UNAVAILABLE),
        measured=Range(232, 244), connection=True,
    ),
    Row(name="one crash a machine, before a call", faults=_once(Place.CALL), measured=Range(346, 822)),
    Row(name="one crash a machine, inside an action", faults=_once(Place.ACTION), measured=Range(2, 1000)),
    Row(
        name="5% of all calls fail: an error is answered", faults=_always(Faults(unavailable=0.05)),
        measured=Range(240, 562), connection=False,
    ),
    Row(
        name="2% of all calls fail: no connection", faults=_always(Faults(unavailable=0.02)),
        measured=Range(260, 260), connection=True,
    ),
    Row(
        name="primary stream down for 10 minutes: errors", faults=_down(lambda r: r.bus), measured=Range(0, 0),
        connection=False,
    ),
    Row(
        name="primary stream down for 10 minutes: no connection", faults=_down(lambda r: r.bus),
        measured=Range(1000, 1000), connection=True,
    ),
    Row(
        name="both streams down for 10 minutes", faults=_down(lambda r: r.bus + r.other_bus),
        measured=Range(1000, 1000),
    ),
    Row(name="primary cache down for 10 minutes", faults=_down(lambda r: r.lock), measured=Range(0, 1000)),
    Row(
        name="both caches down for 10 minutes", faults=_down(lambda r: r.lock + r.other_lock),
        measured=Range(1000, 1000),
    ),
    Row(
        name="retry store down while actions raise", faults=_down(lambda r: r.retry), raising=0.3,
        measured=Range(1000, 1000), connection=True,
    ),
    Row(
        name="each record comes again after 25 hours", faults=_always(Faults(echo=LATE)),
        change=_changed(idle=1800.0),
    ),
    Row(
        name="5% of the entries of a bulk start are refused", faults=_always(Faults(unavailable=0.05)), bulk=True,
        connection=False,
    ),
)  # fmt: skip
"""What the original was measured with before this project began."""

BESIDES = (
    Row(name="one answer a machine is lost", faults=_once(Place.CALL, Fate.UNANSWERED)),
    Row(name="5% of all calls: answered or not, nobody knows", faults=_always(Faults(unknown=0.05))),
    Row(name="the store down for 10 minutes", faults=_down(lambda r: r.store)),
    Row(name="secondary stream down for 10 minutes", faults=_down(lambda r: r.other_bus)),
    Row(
        name="both retry stores down while actions raise", faults=_down(lambda r: r.retry + r.other_retry), raising=0.3
    ),
    Row(name="everything down for 10 minutes", faults=_down(lambda r: tuple({name for part in r for name in part}))),
    Row(name="processes stand still for longer than their claim", faults=_always(Faults(stall=0.03))),
    Row(name="20% of the messages come twice", faults=_always(Faults(duplicate=0.2, redeliver=0.2))),
    Row(name="messages come late and shuffled", faults=_always(Faults(delay=0.5, longest_delay=120.0))),
    Row(name="the lock forgets who holds it", faults=_always(Faults(flush=0.5, stall=0.01))),
    Row(name="all of it at once", faults=_always(_STORM), raising=0.15),
)
"""What both are put through besides."""

OURS = (
    Row(
        name="processes die at any call, in mid-batch too", faults=_always(Faults(crash=0.03)), change=_many(4),
        ours_only=True,
    ),
    Row(
        name="functions are killed when their time is up", faults=_always(Faults(killed=True)),
        change=_changed(invocation=5.0, action=5.5), ours_only=True,
    ),
    Row(
        name="clocks are 3 seconds off, and jump", faults=_always(Faults(skew=3.0, jump=10.0, crash=0.01)),
        ours_only=True,
    ),
    Row(name="the lock in two halves", faults=_always(Faults(split=True, stall=0.02, redeliver=0.3)), ours_only=True),
    Row(
        name="reads 20 seconds behind the writes", faults=_always(Faults(lag=20.0, redeliver=0.3, crash=0.02)),
        ours_only=True,
    ),
    Row(
        name="contexts that fit on no road", faults=_always(Faults(crash=0.01, unknown=0.02)),
        change=_changed(starts=[_LARGE]), ours_only=True,
    ),
    Row(
        name="actions that do something else each time",
        faults=_always(Faults(crash=0.02, unknown=0.05, redeliver=0.2)),
        change=_changed(starts=[Start("fickle", {"left": LEFT})], cast=_fickle, knowable=False), ours_only=True,
    ),
    Row(
        name="callers die for good, and timers overlap", faults=_always(Faults(crash=0.05)),
        change=_changed(faithful=False, recovery=900.0), ours_only=True,
    ),
    Row(
        name="people pause, resume and redrive meanwhile", faults=_always(_STORM), raising=0.15,
        change=_changed(operators=True), ours_only=True,
    ),
)  # fmt: skip
"""What the original has no part for."""

ROWS = (*MEASURED, *BESIDES, *OURS)
