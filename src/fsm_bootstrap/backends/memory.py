"""``memory://``: everything ends with the process.  ``memory://name`` keeps apart what has another name."""

from __future__ import annotations

from fsm_adapters._shards.positions import ShardPositions
from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.container_runner import MemoryContainerRunner
from fsm_adapters.memory.environment_store import MemoryEnvironmentStore
from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.lock_cache import MemoryLockCache
from fsm_adapters.memory.metrics_sink import MemoryMetrics
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_bootstrap.offers import Retry, Stream
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.container_runner import ContainerRunner
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache
from fsm_ports.metrics_sink import MetricsSink


def stream(source: Source, supplies: Supplies) -> Stream:
    queue = _queue(source, supplies)
    return Stream(queue, queue, queue)


def retry(source: Source, supplies: Supplies) -> Retry:
    queue = _queue(source, supplies)
    return Retry(queue, queue)


def checkpoint(source: Source, supplies: Supplies) -> CheckpointStore:
    return supplies.shared(MemoryCheckpointStore, source, MemoryCheckpointStore)


def cache(source: Source, supplies: Supplies) -> LockCache:
    return supplies.shared(MemoryLockCache, source, lambda: MemoryLockCache(supplies.clock))


def environment(source: Source, supplies: Supplies) -> EnvironmentStore:
    return supplies.shared(MemoryEnvironmentStore, source, lambda: MemoryEnvironmentStore(supplies.clock))


def metrics(source: Source, supplies: Supplies) -> MetricsSink:
    return supplies.shared(MemoryMetrics, source, MemoryMetrics)


def container(source: Source, supplies: Supplies) -> ContainerRunner:
    return supplies.shared(MemoryContainerRunner, source, MemoryContainerRunner)


def history(source: Source, supplies: Supplies) -> HistoryLog:
    return supplies.shared(MemoryHistoryLog, source, MemoryHistoryLog)


def positions(source: Source, supplies: Supplies) -> ShardPositions:
    return supplies.shared(MemoryShardPositions, source, lambda: MemoryShardPositions(supplies.clock))


def dead_letter(source: Source, supplies: Supplies) -> EventBus:
    return _queue(Source(f"{source}#dead-letters"), supplies)


def _queue(source: Source, supplies: Supplies) -> MemoryQueue:
    return supplies.shared(MemoryQueue, source, lambda: MemoryQueue(supplies.clock))
