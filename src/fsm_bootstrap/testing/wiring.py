"""What a harness is made of: adapters that outlive every process, and processes that may die."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Final

from fsm_adapters.chaos.history_log import ChaosHistoryLog
from fsm_adapters.chaos.lock_cache import ChaosLockCache
from fsm_adapters.chaos.message_source import ChaosMessageSource
from fsm_adapters.chaos.retry_scheduler import ChaosRetryScheduler
from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.lock_cache import MemoryLockCache
from fsm_adapters.memory.metrics_sink import MemoryMetrics
from fsm_adapters.system.awaiting import AwaitRunner
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_adapters.system.time_limit import ElapsedTimeLimit
from fsm_adapters.worker.worker import Worker
from fsm_bootstrap.testing.crashes import Crashes, MortalCodec, MortalRoad, MortalSource, MortalStore
from fsm_bootstrap.testing.faults import PORTS, FaultyStore, PlannedFaults, PortName
from fsm_domain.failover.post import Post
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.registry import Machines
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.codec import ContextCodec
from fsm_ports.retry_scheduler import RetryScheduler

if TYPE_CHECKING:
    import asyncio

CLAIM: Final = 30.0
"""Seconds for which a worker claims what it received; the default of CLAIM_SECONDS."""

_LIMITS: Final = Limits(early=0.0)
"""There is one clock: nothing need fire early."""


class Wiring:
    """The back ends of one harness, whose failures are planned, and what works on them."""

    def __init__(self, machines: Machines, clock: VirtualClock, seed: int) -> None:
        self.machines, self.clock, self.random = machines, clock, SeededRandom(seed)
        self.queue = MemoryQueue(clock, "queue")
        self.retries = MemoryQueue(clock, "retries", max_delay=inf)
        self.history = MemoryHistoryLog()
        # The log behind the store cannot fail: a step and its entry are one write, as on SQLite.
        self.store = MemoryCheckpointStore(self.history)
        self.codec = JsonCodec()
        self.faults: Mapping[PortName, PlannedFaults] = {name: PlannedFaults() for name in PORTS}
        self.crashes = Crashes()
        self._dead, self._lock, self._metrics = MemoryQueue(clock, "dead"), MemoryLockCache(clock), MemoryMetrics()
        self._awaiting = AwaitRunner(self._make_loop)

    def callers(self) -> Runtime:
        """For client, operator and recoverer, whose process never dies."""
        bus, retries = self._roads()
        return self._runtime(self._store(), bus, retries, self.codec)

    def worker(self) -> Worker:
        """A new worker process: what the one before had in hand or in mind is lost."""
        bus, retries = (MortalRoad(road, self.crashes) for road in self._roads())
        store = MortalStore(self._store(), self.crashes)
        dispatcher = Dispatcher(self._runtime(store, bus, retries, MortalCodec(self.codec, self.crashes)))
        polled = (ChaosMessageSource(queue, self.faults["message_source"]) for queue in (self.queue, self.retries))
        sources = [MortalSource(source, self.crashes) for source in polled]
        return Worker(sources, dispatcher, self.clock, claim_seconds=CLAIM, renew=dispatcher.renew)

    def close(self) -> None:
        self._awaiting.close()

    def _store(self) -> CheckpointStore:
        return FaultyStore(self.store, self.faults["checkpoint_store"])

    def _roads(self) -> tuple[RetryScheduler, RetryScheduler]:
        bus = ChaosRetryScheduler(self.queue, self.faults["event_bus"])
        return bus, ChaosRetryScheduler(self.retries, self.faults["retry_scheduler"])

    def _runtime(
        self, store: CheckpointStore, bus: RetryScheduler, retries: RetryScheduler, codec: ContextCodec
    ) -> Runtime:
        return Runtime(
            machines=self.machines,
            store=store,
            post=Post(self.clock, [bus], [retries], [self._dead]),
            codec=codec,
            clock=self.clock,
            random=self.random,
            wait=self._awaiting,
            limit=ElapsedTimeLimit(self.clock),
            metrics=self._metrics,
            lock=ChaosLockCache(self._lock, self.faults["lock_cache"]),
            history=ChaosHistoryLog(self.history, self.faults["history_log"]),
            limits=_LIMITS,
        )

    def _make_loop(self) -> asyncio.AbstractEventLoop:
        from fsm_bootstrap.testing.virtual_loop import VirtualLoop

        return VirtualLoop(self.clock)
