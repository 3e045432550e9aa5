"""Runs a machine in memory, wired as the settings say, and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.lock_cache import MemoryLockCache
from fsm_adapters.memory.metrics_sink import MemoryMetrics
from fsm_adapters.memory.stream import MemoryStream
from fsm_adapters.system.awaiting import AwaitRunner
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_adapters.system.time_limit import ElapsedTimeLimit
from fsm_bootstrap.cost import services
from fsm_bootstrap.cost.counting import (
    CountingBus,
    CountingHistory,
    CountingLock,
    CountingScheduler,
    CountingSource,
    CountingStore,
)
from fsm_bootstrap.cost.ledger import Ledger
from fsm_bootstrap.cost.walking import distances, next_event, ways_of
from fsm_bootstrap.settings import Settings
from fsm_domain.failover.post import Post
from fsm_domain.runtime.client import Client, StartRequest
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.registry import AnyMachine, registry
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError, PortMisconfigured
from fsm_ports.event_bus import EventBus
from fsm_ports.instance import Instance, Status
from fsm_ports.retry_scheduler import RetryScheduler

_START: Final = 1_000_000_000.0
_INVOCATION: Final = 60.0
"""Seconds that one invocation has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is run, and how it is delivered."""

    batch: int
    """Machines at a time, and messages that one invocation gets at most."""
    size: int
    """Bytes that a record, and a message, counts for at least."""
    steps: int
    """Transitions after which a machine takes the shortest way to its end."""
    memory_mb: int
    milliseconds: float
    """That an invocation takes."""
    context: object


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted, and for how many transitions."""

    ledger: Ledger
    transitions: int
    control_bytes: int
    """What a record of a table has beside its context; 0: it is in no table."""


def count(machine: AnyMachine, settings: Settings, load: Load) -> Counted:
    """Run as many machines as a batch has messages, from their start to their end.

    Raises:
        PortMisconfigured: the settings make no sense together.
        ContextError: the context does not fit the machine.
    """
    world = _World(machine, settings, load)
    world.run()
    return Counted(world.ledger, world.transitions, world.control_bytes)


class _World:
    """The adapters, what works on them, and whoever sends outside events."""

    def __init__(self, machine: AnyMachine, settings: Settings, load: Load) -> None:
        self.ledger, self._machine, self._settings, self._load = Ledger(), machine, settings, load
        self._clock = VirtualClock(_START)
        self._far = distances(machine)
        self._waiter = AwaitRunner()
        runtime = self._runtime()
        self._client, self._operator, self._dispatcher = Client(runtime), Operator(runtime), Dispatcher(runtime)

    @property
    def transitions(self) -> int:
        return self._store.transitions

    @property
    def control_bytes(self) -> int:
        return self._store.control_bytes

    def run(self) -> None:
        load = self._load
        ids = [f"{number:032x}" for number in range(load.batch)]
        for result in self._client.start_many(self._machine.name, [StartRequest(load.context, name) for name in ids]):
            if not isinstance(result, Instance):
                raise result
        # A machine that cannot end is left where it is.
        most = load.batch * (load.steps + len(self._machine.nodes) + 10)
        while self.transitions <= most:
            if self._work() or self._send_events(ids):
                continue
            later = [at for at in (self._queue.next_at(), self._retries.next_at()) if at is not None]
            if not later:
                break
            self._clock.sleep(max(0.001, min(later) - self._clock.now()))
        self._waiter.close()

    def _work(self) -> bool:
        """One invocation for each source that has something."""
        worked = False
        for source in self._sources:
            until = self._clock.now() + _INVOCATION
            deliveries = source.receive(self._load.batch, until)
            if isinstance(deliveries, PortError) or not deliveries:
                continue
            services.invoke(self.ledger, self._load.memory_mb, self._load.milliseconds)
            source.settle(deliveries, self._dispatcher.handle(deliveries, until))
            for metrics in (self._settings.primary_metrics_source, self._settings.secondary_metrics_source):
                if metrics is not None:
                    services.flush_metrics(self.ledger, metrics.kind)
            worked = True
        return worked

    def _send_events(self, ids: Sequence[str]) -> bool:
        """To each machine that waits for one from outside; one that has nothing but a deadline waits for that."""
        sent = False
        for record in self._inner.read(ids):
            if not isinstance(record, Instance) or record.status is not Status.WAITING:
                continue
            ways = ways_of(self._machine.nodes[record.state], self._far)
            if ways:
                self._operator.send(record.correlation_id, next_event(ways, record.step, self._load.steps))
                sent = True
        return sent

    def _runtime(self) -> Runtime:
        settings, size, clock = self._settings, self._load.size, self._clock
        stream, checkpoint = settings.stream.kind, settings.checkpoint.kind
        self._queue, self._retries = MemoryQueue(clock, "bus"), MemoryQueue(clock, "retries", max_delay=inf)
        self._inner, bus, source = self._back_ends(settings)
        self._store = CountingStore(self._inner, self.ledger, checkpoint, size)
        counting_bus = bus if settings.commit_is_emit else CountingBus(bus, self.ledger, stream, size)
        retry = settings.primary_retry_source.kind if settings.primary_retry_source is not None else stream
        scheduler = CountingScheduler(self._retries, self.ledger, retry, size)
        waiting = CountingSource(self._retries, self.ledger, retry, size, of_retries=True)
        self._sources = [source, waiting]
        return self._wired(counting_bus, [scheduler])

    def _back_ends(self, settings: Settings) -> tuple[MemoryCheckpointStore, EventBus, CountingSource]:
        stream, size = settings.stream.kind, self._load.size
        if settings.commit_is_emit and settings.checkpoint.kind == "dynamodb":
            messages = MemoryStream(self._clock)
            table = MemoryTable(messages)
            return table, table, CountingSource(messages, self.ledger, stream, size)
        return MemoryCheckpointStore(), self._queue, CountingSource(self._queue, self.ledger, stream, size)

    def _wired(self, bus: EventBus, schedulers: Sequence[RetryScheduler]) -> Runtime:
        settings, ledger, size = self._settings, self.ledger, self._load.size
        cache, history = settings.primary_cache_source, settings.primary_history_source
        lock = None if cache is None else CountingLock(MemoryLockCache(self._clock), ledger, cache.kind)
        log = None
        if settings.history and history is not None:
            log = CountingHistory(MemoryHistoryLog(), ledger, history.kind, size)
        try:
            return Runtime(
                machines=registry([self._machine]),
                store=self._store,
                post=Post(self._clock, [bus], schedulers),
                codec=JsonCodec(),
                clock=self._clock,
                random=SeededRandom(0),
                wait=self._waiter,
                limit=ElapsedTimeLimit(self._clock),
                metrics=MemoryMetrics(),
                lock=lock,
                history=log,
                limits=Limits(chain=settings.chain, early=0.0),
            )
        except ValueError as error:
            raise PortMisconfigured(str(error)) from error
