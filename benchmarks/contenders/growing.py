"""A step on SQLite where much has been done before: late in a machine's life, and among many instances."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from benchmarks.contenders.files import SMALL, opened, start
from benchmarks.machines import context_of
from benchmarks.rounds import Work
from fsm_bootstrap.application import App, build_worker
from fsm_domain.runtime.client import StartRequest
from fsm_ports import Instance, Status
from fsm_ports.writes import Commit

LATE: Final = "FSM_BENCH_LATE_STEP"
MANY: Final = "FSM_BENCH_INSTANCES"
"""Environment variables: how late, and how many."""
FEW: Final = 1_000
EARLY: Final = 100
_AT_ONCE: Final = 1_000
_YOUNG: Final = 80
"""Machines at step 100 that are kept ready: more than all rounds need."""
_YOUTH: Final = 500
"""Steps that each of them makes."""


@contextmanager
def early() -> Generator[Work]:
    """Machines that are at step 100: each goes on for some hundred steps, then the next one does."""
    with opened() as app:
        young = [f"m-{number}" for number in range(_YOUNG)]
        for name in young:
            start(app, [StartRequest(context_of(SMALL), name)])
            _go(app, name, EARLY)
            app.operator.pause(name)

        def work(units: int) -> int:
            done = 0
            while done < units:
                name = young.pop()
                app.operator.resume(name)
                done += _go(app, name, min(units - done, _YOUTH))
                app.operator.pause(name)
            return done

        yield work


@contextmanager
def late() -> Generator[Work]:
    """One machine whose life goes on from round to round, from the step that the environment names."""
    with opened() as app:
        start(app, [StartRequest(context_of(SMALL), "m")])
        _go(app, "m", int(os.environ[LATE]))
        yield lambda units: _go(app, "m", units)


def few() -> AbstractContextManager[Work]:
    return _among(FEW)


def many() -> AbstractContextManager[Work]:
    return _among(int(os.environ[MANY]))


@contextmanager
def _among(instances: int) -> Generator[Work]:
    """One machine runs among so many that wait."""
    with opened() as app:
        now = app.clock.now()
        context = app.codec.encode(context_of(SMALL))
        for first in range(0, instances, _AT_ONCE):
            some = [
                Instance(
                    "counting", f"w-{number}", "", 0, Status.WAITING, paused=False, state="ping", event=None,
                    context=context, run_id="r", started_at=now, updated_at=now,
                )
                for number in range(first, min(first + _AT_ONCE, instances))
            ]  # fmt: skip
            app.store.commit([Commit(record) for record in some])
        start(app, [StartRequest(context_of(SMALL), "m")])
        yield lambda units: _go(app, "m", units)


def _go(app: App, name: str, units: int) -> int:
    """Steps of the one machine that runs, chain after chain."""
    worker, before = build_worker(app), app.client.get(name).step
    while (done := app.client.get(name).step - before) < units:
        for _ in range(max(1, (units - done) // app.settings.chain)):
            worker.run_once()
    return done
