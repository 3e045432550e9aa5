"""``fsm worker``: one process that works, or many that are watched."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager

from fsm_bootstrap.application import App, build_worker
from fsm_bootstrap.cli.exits import Exit
from fsm_bootstrap.cli.output import say
from fsm_bootstrap.cli.progress import progress, wanted
from fsm_bootstrap.cli.session import begin, load, open_app, spec_of
from fsm_bootstrap.cli.stopping import Stop
from fsm_bootstrap.cli.supervisor import PARENT, Supervisor, worker_command
from fsm_domain.runtime.pages import all_found
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status

_RUNNING = InstanceQuery(status=Status.RUNNING)
_BAR_EVERY = 0.5
"""Seconds between two counts for the progress bar, or more where a count takes long."""

_FLUSH_EVERY = 10.0
"""Seconds."""


def work(spec: str | None, concurrency: int, *, drain: bool) -> int:
    """Work until stopped, or drained; INTERRUPTED after Ctrl-C."""
    settings = begin()
    where = spec_of(spec, settings)
    app = open_app(settings, load(where))
    parent = os.environ.pop(PARENT, None)
    with app, Stop(quiet=parent is not None) as stop:
        if parent is not None:
            _work(app, lambda: stop.requested or str(os.getppid()) != parent, drain=drain)
        else:
            with _bar(app, drain) as look:
                _lead(app, where, concurrency, stop, look, drain=drain)
            if drain and not stop.requested:
                say("drained: no machine is running")
    return Exit.INTERRUPTED if stop.interrupted else Exit.OK


def nothing_runs(app: App) -> bool:
    """No record of a machine that is served here is running, but paused ones: whatever is due, held or in hand belongs
    to a running one.  Others are for other workers.

    Not known is not drained.
    """
    try:
        return not any(_is_at_work(app, instance) for instance in all_found(app.store.find, _RUNNING))
    except PortError:
        return False


def _work(app: App, should_stop: Callable[[], bool], *, drain: bool) -> None:
    """Be the worker; metrics are handed on now and then."""
    flush_at = app.clock.now() + _FLUSH_EVERY

    def look_around() -> bool:
        nonlocal flush_at
        if app.clock.now() >= flush_at:
            app.metrics.flush()
            flush_at = app.clock.now() + _FLUSH_EVERY
        return should_stop()

    build_worker(app).run(look_around, drained=(lambda: nothing_runs(app)) if drain else None)


def _lead(app: App, where: str, concurrency: int, stop: Stop, look: Callable[[], None], *, drain: bool) -> None:
    """Be the worker, or watch over many."""
    if not drain:
        say(f"working for {', '.join(sorted(app.machines))}; Ctrl-C stops")
    if concurrency > 1:
        Supervisor(worker_command(where, drain=drain), concurrency, app.clock, drain=drain).run(stop, look)
        return

    def should_stop() -> bool:
        look()
        return stop.requested

    _work(app, should_stop, drain=drain)


@contextmanager
def _bar(app: App, drain: bool) -> Generator[Callable[[], None]]:
    """Within the block, call what it gives now and then: it counts, when it is time to, what is at rest by now."""
    if not drain or not wanted():
        yield lambda: None
        return
    total = _count_running(app) or 0
    next_at = 0.0
    with progress("draining", total) as advance:

        def look() -> None:
            nonlocal next_at
            began = app.clock.now()
            if began < next_at:
                return
            running = _count_running(app)
            if running is not None:
                advance(max(total - running, 0))
            cost = app.clock.now() - began
            next_at = began + max(_BAR_EVERY, 10 * cost)

        yield look
        next_at = 0.0
        look()


def _count_running(app: App) -> int | None:
    """None: the store did not answer."""
    try:
        return sum(_is_at_work(app, one) for one in all_found(app.store.find, _RUNNING._replace(limit=1000)))
    except PortError:
        return None


def _is_at_work(app: App, running: Instance) -> bool:
    return running.machine in app.machines and not running.paused
