"""Everything that is simulated."""

from __future__ import annotations

from dataclasses import replace

from fsm_domain.runtime.limits import Limits
from fsm_ports.instance import Status
from tests.simulation.faults import CALM, STORM, Faults
from tests.simulation.scenario import COMPLETES, FAILS, STRICT, Scenario, Start, loops
from tests.simulation.set_ups import THIN_BYTES, failover, homes, queue, retry_only, sqlite, stream, table

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

ALL = (
    Scenario(name="queue", set_up=queue(history=True)),
    Scenario(name="queue-lock", set_up=queue(lock=True), exclusive=True, puts_off=True),
    Scenario(name="queue-lock-faults", set_up=queue(lock=True, sound_lock=False), puts_off=True),
    Scenario(
        name="queue-lambda", set_up=queue(lock=True), claim=90.0, invocation=15.0, workers=3, exclusive=True,
        puts_off=True,
    ),
    Scenario(
        name="queue-chain", set_up=queue(), limits=Limits(chain=5), workers=3,
        faults=replace(STORM, redeliver=0.7, crash=0.04), action=4.0,
    ),
    Scenario(name="copies", set_up=queue(), starts=loops(2, 40), raising=0.0, storm=10_000, faults=_COPIES),
    Scenario(name="copies-table", set_up=table, starts=loops(2, 40), raising=0.0, storm=10_000, faults=_COPIES),
    Scenario(name="whole", set_up=queue(), starts=_UNTIMED),
    Scenario(name="thin", set_up=queue(max_bytes=THIN_BYTES), starts=_UNTIMED),
    Scenario(name="stream", set_up=stream(retry=False)),
    Scenario(name="stream-retry", set_up=stream()),
    Scenario(name="stream-retry-lock", set_up=stream(lock=True), exclusive=True, puts_off=True),
    Scenario(name="retry-only", set_up=retry_only),
    Scenario(
        name="failover", set_up=failover, fragile=("queue", "stream", "retry", "retry2", "lock", "lock2"),
    ),
    Scenario(name="store-outage", set_up=queue(lock=True), fragile=("store",), exclusive=True, puts_off=True),
    Scenario(name="homes", set_up=homes, named=False, fragile=("store", "store2"), faults=replace(_UNSURE, outage=0.8)),
    Scenario(name="table", set_up=table),
    Scenario(name="sqlite", set_up=sqlite, exclusive=True),
    Scenario(name="sqlite-chain", set_up=sqlite, limits=Limits(chain=10), exclusive=True, workers=3),
    Scenario(name="operators", set_up=queue(lock=True), starts=_HANDLED, operators=True, puts_off=True, faults=_UNSURE),
    Scenario(name="operators-chain", set_up=queue(), starts=_HANDLED, operators=True, limits=Limits(chain=5)),
    Scenario(name="operators-table", set_up=table, starts=_HANDLED, operators=True),
    Scenario(
        name="operators-sqlite", set_up=sqlite, starts=_HANDLED, operators=True, limits=Limits(chain=10),
    ),
    Scenario(name="waiting", set_up=queue(), starts=_WAITERS),
    Scenario(name="waiting-stream", set_up=stream(), starts=_WAITERS),
    Scenario(name="waiting-table", set_up=table, starts=_WAITERS),
    Scenario(name="waiting-sqlite", set_up=sqlite, starts=_WAITERS, limits=Limits(chain=10), exclusive=True),
    Scenario(name="delayed", set_up=queue(), starts=_DELAYED),
    Scenario(name="delayed-stream", set_up=stream(), starts=_DELAYED),
    Scenario(name="delayed-table", set_up=table, starts=_DELAYED),
    Scenario(name="delayed-sqlite", set_up=sqlite, starts=_DELAYED, limits=Limits(chain=10), exclusive=True),
    Scenario(name="poison", set_up=queue(), starts=_POISONED, retry=STRICT, raising=0.0, faults=_NO_CRASH),
    Scenario(name="poison-sqlite", set_up=sqlite, starts=_POISONED, retry=STRICT, raising=0.0, faults=_NO_CRASH),
    Scenario(
        name="failing", set_up=queue(lock=True), retry=replace(STRICT, base=20.0, cap=60.0), raising=0.3,
        puts_off=True, faults=_UNSURE,
        starts=tuple(start._replace(ends=FAILS_OR_NOT) for start in loops(4)),
    ),
    Scenario(
        name="redriven", set_up=stream(), retry=STRICT, raising=0.3, starts=_HANDLED, operators=True,
    ),
    Scenario(
        name="recovery", set_up=queue(), faithful=False, recovery=900.0, starts=loops(4),
        faults=replace(STORM, crash=0.02),
    ),
    Scenario(name="calm", set_up=queue(lock=True), faults=CALM, exclusive=True, puts_off=True),
)  # fmt: skip

BY_NAME = {scenario.name: scenario for scenario in ALL}
