"""One of several processes that race on a SQLite file: ``sqlite_racer.py JOB PATH [ARGUMENT] NUMBER``.

Says "ready", waits for a line, does its job, and prints what it got as JSON.
"""

from __future__ import annotations

import json
import sys
import time

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.lock_cache import SqliteLockCache
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import ACK, Commit, Committed, Instance, Lease, PortError, Status

PATIENCE = 60.0
"""Seconds after which a job gives up."""


def _file(path: str) -> SqliteFile:
    return SqliteFile(path, SystemClock(), SystemRandom(), busy_timeout=60.0)


def _lease(file: SqliteFile, rounds: int, number: int) -> list[str]:
    """The keys that this process got."""
    locks, until = SqliteLockCache(file), time.time() + 1000
    keys = [f"round-{n}" for n in range(rounds)]
    return [key for key in keys if isinstance(locks.acquire([key], f"owner-{number}", until)[0], Lease)]


def _commit(file: SqliteFile, rounds: int, number: int) -> list[str]:
    """The steps that this process committed."""
    store, won = SqliteCheckpointStore(file), list[str]()
    for step in range(1, rounds + 1):
        after = samples.record("a", 1_700_000_000.0 + step, step)._replace(run_id=f"run-{number}")
        (result,) = store.commit([Commit(after)])
        assert not isinstance(result, PortError), result
        if isinstance(result, Committed):
            won.append(str(step))
    return won


def _claim(file: SqliteFile, limit: int) -> list[str]:
    """The correlation ids of the records that this process was given, until there are no more."""
    bus, got = SqliteRecordBus(file), list[str]()
    while True:
        batch = bus.receive(limit, time.time() + 1000)
        assert not isinstance(batch, PortError), batch
        if not batch:
            return got
        got += [d.message.correlation_id for d in batch if isinstance(d.message, Instance)]


def _work(file: SqliteFile, steps: int, number: int) -> list[str]:
    """Brings records to their last step, with whoever else does; every second process loses a claim now and then."""
    store, bus, rounds = SqliteCheckpointStore(file), SqliteRecordBus(file), 0
    end = time.time() + PATIENCE
    while time.time() < end:
        batch = bus.receive(3, time.time() + 0.2)
        assert not isinstance(batch, PortError), batch
        rounds += 1
        if number % 2 and rounds % 5 == 0:
            continue
        for delivery in batch:
            assert isinstance(delivery.message, Instance)
            step, name = delivery.message.step + 1, delivery.message.correlation_id
            status = Status.COMPLETED if step == steps else Status.RUNNING
            store.commit([Commit(samples.record(name, time.time(), step, status))])
            bus.settle([delivery], [ACK])
        if not batch and _all_done(store):
            return []
    raise AssertionError("the records did not come to their last step in time")


def _all_done(store: SqliteCheckpointStore) -> bool:
    found = store.read([f"m-{n:02}" for n in range(20)])
    return all(isinstance(f, Instance) and f.status is Status.COMPLETED for f in found)


def main() -> None:
    job, path, *arguments = sys.argv[1:]
    file = None if job == "open" else _file(path)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    got = ["ok"]
    if file is None:
        _file(path)
    elif job == "lease":
        got = _lease(file, int(arguments[0]), int(arguments[1]))
    elif job == "commit":
        got = _commit(file, int(arguments[0]), int(arguments[1]))
    elif job == "claim":
        got = _claim(file, int(arguments[0]))
    else:
        got = _work(file, int(arguments[0]), int(arguments[1]))
    sys.stdout.write(json.dumps(got))


if __name__ == "__main__":
    main()
