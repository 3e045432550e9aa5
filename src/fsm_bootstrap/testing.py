"""For the tests of your own machines: the real dispatcher on memory adapters and a virtual clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_domain.machine.machine import Machine
from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened, HistoryEntry
from fsm_ports.instance import Instance, Status
from fsm_ports.names import PSEUDO_INIT

S = TypeVar("S", bound=str)
C = TypeVar("C")

_MEMORY = Source("memory://")
_TICK = 1.0


@dataclass(frozen=True)
class Ran(Generic[C]):
    """How a machine ended, or where it waits."""

    status: str
    """completed, failed or waiting."""
    state: str
    context: C
    """As it was last saved, decoded."""
    states: list[str]
    """Every state entered, in order."""
    errors: list[str]
    """Of every run that failed, in order."""
    instance: Instance
    """The whole record."""


def run_in_memory(
    machine: Machine[S, C], context: C, *, others: tuple[AnyMachine, ...] = (), seed: int = 0, longest: float = 86_400.0
) -> Ran[C]:
    """Run one machine until it is at rest.  Waits, such as those before retries, pass on a virtual clock.

    The environment is not looked at; the same seed gives the same waits.

    Raises:
        ContextError: the context does not fit the machine.
        TimeoutError: it is not at rest after `longest` virtual seconds.
    """
    clock = VirtualClock()
    settings = ExplicitSettings(primary_stream_source=_MEMORY, primary_checkpoint_source=_MEMORY)
    with build_application(settings, (machine, *others), clock=clock, random=SeededRandom(seed)) as app:
        record = _run(app, machine, context, clock, longest)
        entries = _history(app, record)
        last = app.codec.decode(machine.context, record.context or "{}")
    return Ran(
        record.status.value,
        record.state,
        last,
        [entry.state for entry in entries if _enters(entry)],
        [entry.note or "" for entry in entries if entry.happened in (Happened.RETRY, Happened.FAILED)],
        record,
    )


def _run(app: App, machine: Machine[S, C], context: C, clock: VirtualClock, longest: float) -> Instance:
    record = app.client.start(machine.name, context)
    worker, end = build_worker(app), clock.now() + longest
    while _moves(record):
        if clock.now() > end:
            raise TimeoutError(f"{machine.name} is still in state {record.state!r} after {longest:g} virtual seconds")
        if worker.run_once() == 0:
            clock.sleep(_TICK)
        record = app.client.get(record.correlation_id)
    return record


def _moves(record: Instance) -> bool:
    return record.status is Status.RUNNING and not record.paused


def _enters(entry: HistoryEntry) -> bool:
    return entry.happened is Happened.STEP and entry.state != PSEUDO_INIT


def _history(app: App, record: Instance) -> list[HistoryEntry]:
    assert app.history is not None  # memory sources keep one
    entries = app.history.read(record.correlation_id, limit=record.step * 1000 + 1000)
    if isinstance(entries, PortError):
        raise entries
    return list(entries)
