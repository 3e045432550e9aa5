"""Everything that is simulated."""

from __future__ import annotations

from dataclasses import replace

from fsm_bootstrap.simulation.faults import CALM, STORM, Faults, Outage
from fsm_bootstrap.simulation.scenario import COMPLETES, FAILS, STRICT, Scenario, Start, loops
from fsm_bootstrap.simulation.set_ups import THIN_BYTES, doubled, homes, queue, retry_only, sqlite, stream, table
from fsm_domain.runtime.limits import Limits
from fsm_ports.instance import Status

FAILS_OR_NOT = COMPLETES | FAILS
STOPPED_OR_NOT = COMPLETES | {Status.ABORTED}

_WAITERS = (
    Start("patient", {"left": 3}, events=2),
    Start("timed", {"left": 3}, events=1),
    Start("timed", {"left": 2}),
)
_DELAYED = (Start("delayed", {"left": 4}), Start("delayed", {"left": 3}), *loops(1, 4))
_UNTIMED = (*loops(2, 5), Start("patient", {"left": 3}, events=2))
_STOPPABLE = tuple(start._replace(ends=STOPPED_OR_NOT) for start in loops(1, 6))
_HANDLED = (*loops(2, 6), Start("patient", {"left": 3}, events=2), *_STOPPABLE)
_POISONED = (
    *loops(2, 4),
    Start("loop", {"left": 4, "poison": 1}, FAILS),
    Start("loop", {"left": 4, "doomed": 2}, FAILS),
    Start("spare", {"left": 2, "poison": 0}),
)
_UNSURE = replace(STORM, unknown=0.15)
_COPIES = Faults(duplicate=0.02, redeliver=0.02)
_NO_CRASH = replace(STORM, crash=0.0, stall=0.0)
_FOR_EVER = 1e9

ALL = (
    Scenario(name="queue", about="a queue, no lock, with a history; every fault", set_up=queue(history=True)),
    Scenario(
        name="queue-lock",
        about="the same with a lock that never fails: no two runs of a step overlap",
        set_up=queue(lock=True),
        exclusive=True,
        puts_off=True,
    ),
    Scenario(
        name="queue-lock-faults",
        about="the same with a lock that fails, too",
        set_up=queue(lock=True, sound_lock=False),
        puts_off=True,
    ),
    Scenario(
        name="queue-lambda",
        about="functions whose time is shorter than the visibility of what they are handed",
        set_up=queue(lock=True),
        claim=90.0,
        invocation=15.0,
        workers=3,
        exclusive=True,
        puts_off=True,
    ),
    Scenario(
        name="queue-chain",
        about="several transitions an invocation, and messages that are delivered twice at once",
        set_up=queue(),
        limits=Limits(chain=5),
        workers=3,
        faults=replace(STORM, redeliver=0.7, crash=0.04),
        action=4.0,
    ),
    Scenario(
        name="queue-skew",
        about="no two clocks agree, some are seconds off; with a lock",
        set_up=queue(lock=True),
        faults=replace(STORM, skew=3.0),
        exclusive=True,
        puts_off=True,
    ),
    Scenario(
        name="delayed-skew",
        about="transitions that take effect later, and no two clocks agree",
        set_up=stream(),
        starts=_DELAYED,
        faults=replace(STORM, skew=3.0),
    ),
    Scenario(
        name="queue-flushed",
        about="a lock that now and then forgets who holds it",
        set_up=queue(lock=True),
        workers=3,
        faults=replace(STORM, flush=0.5),
    ),
    Scenario(
        name="copies",
        about="long machines and duplicates, nothing else: no echo",
        set_up=queue(),
        starts=loops(2, 40),
        raising=0.0,
        storm=10_000,
        faults=_COPIES,
    ),
    Scenario(
        name="copies-table",
        about="the same where the commit is the message",
        set_up=table,
        starts=loops(2, 40),
        raising=0.0,
        storm=10_000,
        faults=_COPIES,
    ),
    Scenario(name="whole", about="messages that carry their context", set_up=queue(), starts=_UNTIMED),
    Scenario(
        name="thin", about="a road too narrow for any context", set_up=queue(max_bytes=THIN_BYTES), starts=_UNTIMED
    ),
    Scenario(
        name="stream", about="a stream alone, which can neither hold nor defer", set_up=stream(retry=False), holds=False
    ),
    Scenario(name="stream-retry", about="a stream and a retry table", set_up=stream()),
    Scenario(
        name="stream-retry-lock", about="the same with a lock", set_up=stream(lock=True), exclusive=True, puts_off=True
    ),
    Scenario(name="retry-only", about="no bus: the retry table carries everything", set_up=retry_only),
    Scenario(
        name="failover",
        about="two of everything but the store, each down for a while",
        set_up=doubled(),
        fragile=("queue", "stream2", "retry", "retry2", "lock", "lock2"),
    ),
    Scenario(
        name="failover-stream",
        about="the same, with the stream first",
        set_up=doubled(stream_first=True),
        fragile=("stream", "queue2", "retry", "retry2", "lock", "lock2"),
    ),
    Scenario(
        name="primary-alone",
        about="two of everything but the store, and nothing but the first of each ever answers",
        set_up=doubled(),
        faults=replace(CALM, outages=(Outage(("stream2", "retry2", "lock2"), 0.0, _FOR_EVER),)),
        storm=20_000,
        alone=True,
    ),
    Scenario(
        name="secondary-alone",
        about="the same, and nothing but the second of each ever answers",
        set_up=doubled(),
        faults=replace(CALM, outages=(Outage(("queue", "retry", "lock"), 0.0, _FOR_EVER),)),
        storm=20_000,
        alone=True,
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
        name="homes",
        about="two stores that know nothing of each other, each down for a while",
        set_up=homes,
        named=False,
        fragile=("store", "store2"),
        faults=replace(_UNSURE, outage=0.8),
    ),
    Scenario(name="table", about="a table whose stream delivers what is committed", set_up=table),
    Scenario(name="sqlite", about="one SQLite file", set_up=sqlite, exclusive=True),
    Scenario(
        name="sqlite-chain",
        about="the same, several transitions a claim",
        set_up=sqlite,
        limits=Limits(chain=10),
        exclusive=True,
        workers=3,
    ),
    Scenario(
        name="operators",
        about="people who pause, resume, redrive and abort",
        set_up=queue(lock=True),
        starts=_HANDLED,
        operators=True,
        puts_off=True,
        faults=_UNSURE,
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
    Scenario(name="waiting", about="machines that wait for events and deadlines", set_up=queue(), starts=_WAITERS),
    Scenario(name="waiting-stream", about="the same on a stream", set_up=stream(), starts=_WAITERS),
    Scenario(name="waiting-table", about="the same where the commit is the message", set_up=table, starts=_WAITERS),
    Scenario(
        name="waiting-sqlite",
        about="the same on one SQLite file",
        set_up=sqlite,
        starts=_WAITERS,
        limits=Limits(chain=10),
        exclusive=True,
    ),
    Scenario(name="delayed", about="transitions that take effect later", set_up=queue(), starts=_DELAYED),
    Scenario(name="delayed-stream", about="the same on a stream", set_up=stream(), starts=_DELAYED),
    Scenario(name="delayed-table", about="the same where the commit is the message", set_up=table, starts=_DELAYED),
    Scenario(
        name="delayed-sqlite",
        about="the same on one SQLite file",
        set_up=sqlite,
        starts=_DELAYED,
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
        faults=_UNSURE,
        starts=tuple(start._replace(ends=FAILS_OR_NOT) for start in loops(4)),
    ),
    Scenario(
        name="redriven",
        about="the same, and people who redrive what failed",
        set_up=stream(),
        retry=STRICT,
        raising=0.3,
        starts=_HANDLED,
        operators=True,
    ),
    Scenario(
        name="recovery",
        about="callers who die for good, and timers that recover",
        set_up=queue(),
        faithful=False,
        recovery=900.0,
        starts=loops(4),
        faults=replace(STORM, crash=0.02),
    ),
    Scenario(
        name="calm", about="nothing goes wrong", set_up=queue(lock=True), faults=CALM, exclusive=True, puts_off=True
    ),
)

BY_NAME = {scenario.name: scenario for scenario in ALL}
