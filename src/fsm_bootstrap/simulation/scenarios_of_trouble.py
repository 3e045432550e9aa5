"""Faults beyond the usual storm: wrong clocks, locks and reads, copies after a day, half of everything gone."""

from __future__ import annotations

from dataclasses import replace

from fsm_bootstrap.simulation.faults import STORM
from fsm_bootstrap.simulation.scenario import Scenario, Start
from fsm_bootstrap.simulation.scenarios_of_people import DELAYED, WAITERS
from fsm_bootstrap.simulation.set_ups import doubled, queue, stream

_DAY = 25 * 3600.0
_ENDLESS = 10**6
"""Turns: until the machines are at rest."""
_FIRST, _SECOND = ("queue", "retry", "lock"), ("stream2", "retry2", "lock2")

TROUBLES = (
    Scenario(
        name="queue-skew",
        about="no two clocks agree, some are seconds off; with a lock",
        set_up=queue(lock=True),
        faults=replace(STORM, skew=3.0, jump=20.0),
        exclusive=True,
        puts_off=True,
    ),
    Scenario(
        name="delayed-skew",
        about="transitions that take effect later, and no two clocks agree",
        set_up=stream(),
        starts=DELAYED,
        faults=replace(STORM, skew=3.0, jump=20.0),
    ),
    Scenario(
        name="queue-flushed",
        about="a lock that now and then forgets who holds it",
        set_up=queue(lock=True),
        workers=3,
        faults=replace(STORM, flush=0.5),
    ),
    Scenario(
        name="store-outage",
        about="the store is down for a while",
        set_up=queue(lock=True),
        fragile=("store",),
        exclusive=True,
        puts_off=True,
    ),
    Scenario(
        name="queue-split",
        about="a lock in two halves, each of which grants what the other has granted",
        set_up=queue(lock=True),
        workers=3,
        faults=replace(STORM, split=True),
    ),
    Scenario(
        name="queue-lagging",
        about="a store whose reads are up to 20 seconds behind its writes",
        set_up=queue(),
        starts=WAITERS,
        faults=replace(STORM, lag=20.0, redeliver=0.3),
    ),
    Scenario(
        name="queue-killed",
        about="functions that are killed in mid-action when their time is up",
        set_up=queue(lock=True),
        invocation=5.0,
        action=5.5,
        faults=replace(STORM, killed=True),
        puts_off=True,
    ),
    Scenario(
        name="day-later",
        about="everything that was sent comes once more, a day later",
        set_up=queue(),
        faults=replace(STORM, echo=_DAY),
        idle=900.0,
        calm=1.5 * _DAY,
    ),
    Scenario(
        name="fickle",
        about="actions that do something else each time that they run",
        set_up=queue(),
        starts=[Start("fickle", {"left": 6})] * 3,
        knowable=False,
    ),
    Scenario(
        name="without-primaries",
        about="bus, retry store and lock of first choice are down from first to last",
        set_up=doubled(),
        storm=_ENDLESS,
        without=_FIRST,
    ),
    Scenario(
        name="without-secondaries",
        about="those of second choice are",
        set_up=doubled(),
        storm=_ENDLESS,
        without=_SECOND,
    ),
)
