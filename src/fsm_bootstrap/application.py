"""Everything a process needs, wired once at its start."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Self, TypeAlias

from fsm_adapters.system.awaiting import AwaitRunner
from fsm_adapters.worker.worker import Worker
from fsm_bootstrap.lazy_source import LazySource
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.settings.checks import check, notes
from fsm_bootstrap.supplies import Supplies
from fsm_domain.failover.post import Post
from fsm_domain.machine.action import Step
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.registry import AnyMachine, Machines, registry
from fsm_domain.runtime.replayer import Replayer
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.clock import Clock, Random
from fsm_ports.codec import ContextCodec
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortMisconfigured
from fsm_ports.event_bus import EventBus
from fsm_ports.event_handler import EventHandler
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache
from fsm_ports.message_source import MessageSource
from fsm_ports.metrics_sink import MetricsSink

_log = logging.getLogger(__name__)

Surround: TypeAlias = Callable[[Step], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The parts of one process.  Threads may share it, but for the dispatcher: one batch at a time."""

    settings: Settings
    machines: Machines
    client: Client
    """Starts and finds machines."""
    operator: Operator
    """Sends outside events; pauses, resumes, aborts, redrives."""
    recoverer: Recoverer
    replayer: Replayer
    """Runs an earlier part of a machine's life again, under another name."""
    dispatcher: Dispatcher
    """Handles deliveries, whoever received them."""
    sources: tuple[MessageSource, ...]
    """What a worker polls; empty where services call instead."""
    retry_sources: tuple[MessageSource, ...]
    """What a timer polls, where nothing else delivers what has become due."""
    buses: tuple[EventBus, ...]
    """Streams, primary first."""
    caches: Mapping[str, LockCache]
    """Each lock cache by itself, by the setting that names it."""
    post: Post
    store: CheckpointStore
    history: HistoryLog | None
    metrics: MetricsSink
    environments: EnvironmentStore | None
    """Keeps large environments of containers."""
    codec: ContextCodec
    clock: Clock
    random: Random
    supplies: Supplies
    """What the back ends share, such as connections."""
    waiter: AwaitRunner
    """Runs what async actions return."""
    surround: Surround | None
    """Inside it each run of an action takes place."""

    def close(self) -> None:
        """Hand on what is held, metrics, and the event loops of async actions; call it when nothing runs any more."""
        for source in (*self.sources, *self.retry_sources):
            source.close()
        self.metrics.flush()
        self.waiter.close()
        self.supplies.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def build_application(
    settings: Settings,
    machines: Iterable[AnyMachine] = (),
    *,
    clock: Clock | None = None,
    random: Random | None = None,
    surround: Surround | None = None,
) -> App:
    """Wire these settings and machines; time and chance are the system's unless given.

    Each run of an action takes place inside what `surround` makes of its step: the context of a log, a trace.

    Raises:
        PortMisconfigured: a setting does not work; the message names it and the remedy.
        MachineError: two machines have one name.
    """
    from fsm_adapters.system.clock import SystemClock
    from fsm_adapters.system.random import SystemRandom
    from fsm_bootstrap.container import Container

    check(settings)
    for note in notes(settings):
        _log.warning("%s", note)
    by_name = registry(machines)
    clock = clock if clock is not None else SystemClock()
    random = random if random is not None else SystemRandom()
    container = Container(settings=settings, machines=by_name, clock=clock, random=random, surround=surround)
    try:
        container.runtime()
    except ValueError as error:  # parts that make no sense together
        raise PortMisconfigured(str(error)) from error
    if not container.post().holds and not container.store().can_hold:
        _log.warning("PRIMARY_RETRY_SOURCE is not set to what can hold a message: retries are made at once")
    return App(
        settings=settings,
        machines=by_name,
        client=container.client(),
        operator=container.operator(),
        recoverer=container.recoverer(),
        replayer=container.replayer(),
        dispatcher=container.dispatcher(),
        sources=container.roads().sources,
        retry_sources=container.roads().retries,
        buses=container.roads().buses,
        caches=container.caches(),
        post=container.post(),
        store=container.store(),
        history=container.history(),
        metrics=container.metrics(),
        environments=container.environments(),
        codec=container.codec(),
        clock=clock,
        random=random,
        supplies=container.supplies(),
        waiter=container.wait(),
        surround=surround,
    )


def build_worker(app: App, handler: EventHandler | None = None) -> Worker:
    """A worker that polls every source of the application; its deliveries go to `handler`, or to the dispatcher.

    Raises:
        PortMisconfigured: there is nothing to poll, or no place for the positions of what is polled.
    """
    if not app.sources:
        raise PortMisconfigured(f"PRIMARY_STREAM_SOURCE={app.settings.stream}: a worker cannot poll it")
    for source in app.sources:
        if isinstance(source, LazySource):
            source.open()
    return Worker(
        app.sources,
        handler if handler is not None else app.dispatcher,
        app.clock,
        claim_seconds=app.settings.claim_seconds,
        renew=app.dispatcher.renew,
    )
