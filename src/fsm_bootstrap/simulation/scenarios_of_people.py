"""Who waits, who operates, what fails, and what nobody can handle."""

from __future__ import annotations

from dataclasses import replace

from fsm_bootstrap.simulation.faults import STORM
from fsm_bootstrap.simulation.scenario import COMPLETES, FAILS, STRICT, UNSURE, Scenario, Start, loops
from fsm_bootstrap.simulation.set_ups import queue, sqlite, stream, table
from fsm_domain.runtime.limits import Limits
from fsm_ports.instance import Status

FAILS_OR_NOT = COMPLETES | FAILS
STOPPED_OR_NOT = COMPLETES | {Status.ABORTED}

WAITERS = (
    Start("patient", {"left": 3}, events=2),
    Start("timed", {"left": 3}, events=1),
    Start("timed", {"left": 2}),
)
DELAYED = (Start("delayed", {"left": 4}), Start("delayed", {"left": 3}), *loops(1, 4))
_STOPPABLE = tuple(start._replace(ends=STOPPED_OR_NOT) for start in loops(1, 6))
_HANDLED = (*loops(2, 6), Start("patient", {"left": 3}, events=2), *_STOPPABLE)
_POISONED = (
    *loops(2, 4),
    Start("loop", {"left": 4, "poison": 1}, FAILS),
    Start("loop", {"left": 4, "doomed": 2}, FAILS),
    Start("spare", {"left": 2, "poison": 0}),
)
_NO_CRASH = replace(STORM, crash=0.0, stall=0.0)

PEOPLE = (
    Scenario(
        name="operators",
        about="people who pause, resume, redrive and abort",
        set_up=queue(lock=True),
        starts=_HANDLED,
        operators=True,
        puts_off=True,
        faults=UNSURE,
    ),
    Scenario(
        name="operators-chain",
        about="the same while several transitions run at once",
        set_up=queue(),
        starts=_HANDLED,
        operators=True,
        limits=Limits(chain=5),
    ),
    Scenario(
        name="operators-table",
        about="the same where the commit is the message",
        set_up=table,
        starts=_HANDLED,
        operators=True,
    ),
    Scenario(
        name="operators-sqlite",
        about="the same on one SQLite file",
        set_up=sqlite,
        starts=_HANDLED,
        operators=True,
        limits=Limits(chain=10),
    ),
    Scenario(name="waiting", about="machines that wait for events and deadlines", set_up=queue(), starts=WAITERS),
    Scenario(name="waiting-stream", about="the same on a stream", set_up=stream(), starts=WAITERS),
    Scenario(name="waiting-table", about="the same where the commit is the message", set_up=table, starts=WAITERS),
    Scenario(
        name="waiting-sqlite",
        about="the same on one SQLite file",
        set_up=sqlite,
        starts=WAITERS,
        limits=Limits(chain=10),
        exclusive=True,
    ),
    Scenario(name="delayed", about="transitions that take effect later", set_up=queue(), starts=DELAYED),
    Scenario(name="delayed-stream", about="the same on a stream", set_up=stream(), starts=DELAYED),
    Scenario(name="delayed-table", about="the same where the commit is the message", set_up=table, starts=DELAYED),
    Scenario(
        name="delayed-sqlite",
        about="the same on one SQLite file",
        set_up=sqlite,
        starts=DELAYED,
        limits=Limits(chain=10),
        exclusive=True,
    ),
    Scenario(
        name="poison",
        about="actions that kill their process, or always fail",
        set_up=queue(),
        starts=_POISONED,
        retry=STRICT,
        raising=0.0,
        faults=_NO_CRASH,
    ),
    Scenario(
        name="poison-sqlite",
        about="the same on one SQLite file",
        set_up=sqlite,
        starts=_POISONED,
        retry=STRICT,
        raising=0.0,
        faults=_NO_CRASH,
    ),
    Scenario(
        name="strangers",
        about="messages that nobody can handle, among others",
        set_up=queue(),
        strangers=6,
        starts=loops(3, 4),
    ),
    Scenario(
        name="failing",
        about="little patience: machines that may fail, but only for cause",
        set_up=queue(lock=True),
        retry=replace(STRICT, base=20.0, cap=60.0),
        raising=0.3,
        puts_off=True,
        faults=UNSURE,
        starts=tuple(start._replace(ends=FAILS_OR_NOT) for start in loops(4)),
    ),
    Scenario(
        name="redriven",
        about="the same, and people who redrive what failed",
        set_up=stream(),
        retry=STRICT,
        raising=0.7,
        starts=_HANDLED,
        operators=True,
    ),
    Scenario(
        name="recovery",
        about="callers who die for good, and timers that recover",
        set_up=queue(),
        faithful=False,
        recovery=900.0,
        starts=loops(26, 2),
        faults=replace(STORM, crash=0.03, unavailable=0.3),
    ),
)
