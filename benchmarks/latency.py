"""``latency``: from the commit of a step to the start of the next one, through each bus.

The time of a commit is taken before it is written, that of a start when the dispatcher gets the message: what the
store and the bus take is in it.  No chaining: each step travels.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Final

from benchmarks import servers
from benchmarks.contenders.files import SMALL, folder, start
from benchmarks.machines import context_of, counting, settings
from benchmarks.outcome import Outcome
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_bootstrap.resources.plan import resources
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.supplies import Supplies
from fsm_domain.runtime.client import StartRequest
from fsm_ports import Delivery, Instance, PortError, Status
from fsm_ports import Outcome as Settled
from fsm_ports.event_handler import EventHandler

LOAD: Final = 0.7
"""Share of what one process can do, for SQLite."""
STEPS: Final = 20
_TOGETHER: Final = 100
_PLACE: Final = "us-east-1:000000000000"
_BUSES: Final = {
    "sqs": f"arn:aws:sqs:{_PLACE}:orders",
    "kinesis": f"arn:aws:kinesis:{_PLACE}:stream/orders",
    "sns": f"arn:aws:sns:{_PLACE}:orders",
    "dynamodb": f"arn:aws:dynamodb:{_PLACE}:table/messages",
    "commit is emit": f"arn:aws:dynamodb:{_PLACE}:table/emitting",
}
_RECORDS: Final = f"arn:aws:dynamodb:{_PLACE}:table/records"


def run(quick: bool) -> Outcome:
    found: dict[str, Mapping[str, float] | None] = {"sqlite": _told(_on_sqlite(0.3 if quick else 10.0))}
    lines: list[str] = []
    if servers.emulator_program() is None:
        found |= dict.fromkeys(_BUSES)
        lines.append(servers.EMULATOR)
    else:
        with servers.emulator() as url, _credentials():
            for name in _BUSES:
                found[name] = _told(_on_emulator(name, url, 3 if quick else 200))
    shown = [
        f"{name}: {times['p50_ms']:.1f} ms, of 99 in 100 at most {times['p99_ms']:.1f} ms"
        for name, times in found.items()
        if times is not None
    ]
    return Outcome({**found, "spread": {}}, [*shown, *lines])


class _Timed(EventHandler):
    """The dispatcher, and how long after its commit each message gets to it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.seconds: list[float] = []

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Settled]:
        now = self._app.clock.now()
        for delivery in deliveries:
            if isinstance(delivery.message, Instance) and delivery.message.step > 0:
                self.seconds.append(now - delivery.message.updated_at)
        return self._app.dispatcher.handle(deliveries, deadline)


def _on_sqlite(seconds: float) -> list[float]:
    """Machines come at a steady rate, which keeps one process busy for `LOAD` of its time."""
    with folder() as place:
        chosen = settings(primary_stream_source=f"sqlite:///{place}/fsm.db", max_chained_transitions=1)
        with build_application(chosen, [counting()]) as app:
            timed, names = _Timed(app), count()
            worker = build_worker(app, timed)

            def begin(machines: int) -> None:
                start(app, [StartRequest(context_of(SMALL, STEPS - 1), f"m-{next(names)}") for _ in range(machines)])

            began = time.perf_counter()
            for _ in range(3):
                begin(_TOGETHER)
                while worker.run_once():
                    pass
            rate = LOAD * 3 * _TOGETHER / (time.perf_counter() - began)
            timed.seconds.clear()
            began, started = time.perf_counter(), 0
            while (passed := time.perf_counter() - began) < seconds:
                due = int(passed * rate) - started
                if due > 0:
                    begin(due)
                    started += due
                if not worker.run_once():
                    time.sleep(max(0.0, (started + 1) / rate - (time.perf_counter() - began)))
            return timed.seconds


def _on_emulator(name: str, url: str, steps: int) -> list[float]:
    """One machine, so that nothing waits for anything but its bus."""
    chosen = settings(
        primary_stream_source=_BUSES[name],
        primary_checkpoint_source=_BUSES[name] if name == "commit is emit" else _RECORDS,
        primary_retry_source=f"arn:aws:dynamodb:{_PLACE}:table/retries", positions_source="memory://",
        poll_seconds=0, history=False, max_chained_transitions=1,
        endpoints=dict.fromkeys(("sqs", "sns", "kinesis", "dynamodb"), url),
    )  # fmt: skip
    _make(chosen)
    with build_application(chosen, [counting()]) as app:
        timed = _Timed(app)
        worker = build_worker(app, timed)
        correlation_id = f"m-{name.replace(' ', '-')}"
        start(app, [StartRequest(context_of(SMALL, steps), correlation_id)])
        end = time.monotonic() + 120.0
        while app.client.get(correlation_id).status is Status.RUNNING:
            worker.run_once()
            if time.monotonic() > end:
                raise RuntimeError(f"the machine does not get to its end over {name}")
        return timed.seconds


def _make(chosen: ExplicitSettings) -> None:
    """The queues and tables that the settings name, where they are not there yet."""
    supplies = Supplies(chosen, SystemClock(), SystemRandom())
    for resource in resources(supplies):
        looked = resource.look()
        error = looked if isinstance(looked, PortError) else resource.create() if looked is None else None
        if error is not None:
            raise error
    supplies.close()


def _told(seconds: list[float]) -> Mapping[str, float]:
    ordered = sorted(seconds)
    return {
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
        "samples": len(ordered),
    }


@contextmanager
def _credentials() -> Generator[None]:
    """Any: the emulator does not look."""
    wanted = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
