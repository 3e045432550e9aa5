"""Each kind of source, store and lock, in the usual storm, and in none."""

from __future__ import annotations

from dataclasses import replace

from fsm_bootstrap.simulation.faults import CALM, STORM, Faults
from fsm_bootstrap.simulation.scenario import UNSURE, Scenario, Start, loops
from fsm_bootstrap.simulation.set_ups import THIN_BYTES, doubled, homes, queue, retry_only, sqlite, stream, table
from fsm_domain.runtime.limits import Limits

_UNTIMED = (*loops(2, 5), Start("patient", {"left": 3}, events=2))
_COPIES = Faults(duplicate=0.02, redeliver=0.02)

STORMS = (
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
        name="homes",
        about="two stores that know nothing of each other, each down for a while",
        set_up=homes,
        named=False,
        fragile=("store", "store2"),
        faults=replace(UNSURE, outage=0.8),
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
)

CALMS = (
    Scenario(
        name="calm", about="nothing goes wrong", set_up=queue(lock=True), faults=CALM, exclusive=True, puts_off=True
    ),
    *(
        Scenario(name=f"calls-{name}", about="nothing goes wrong: so many calls, no more", set_up=set_up, raising=0.0,
                 faults=CALM, calls=calls)
        for name, set_up, calls in (
            ("queue", queue(), 2), ("queue-lock", queue(lock=True), 3), ("stream", stream(), 2),
            ("table", table, 1), ("sqlite", sqlite, 1),
        )
    ),
)  # fmt: skip
