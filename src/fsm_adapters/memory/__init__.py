"""Adapters that keep everything in the memory of one process, for tests, trials and the simulation.

They refuse what the services that they stand for refuse, and give each other nothing but encoded text.  Any number of
threads may use one of them.
"""

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.container_runner import MemoryContainerRunner
from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.environment_store import MemoryEnvironmentStore
from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.lock_cache import MemoryLockCache
from fsm_adapters.memory.metrics_sink import MemoryMetrics
from fsm_adapters.memory.retry_table import MemoryRetryTable
from fsm_adapters.memory.stream import MemoryStream

__all__ = [
    "MemoryCheckpointStore",
    "MemoryContainerRunner",
    "MemoryEnvironmentStore",
    "MemoryHistoryLog",
    "MemoryLockCache",
    "MemoryMetrics",
    "MemoryQueue",
    "MemoryRetryTable",
    "MemoryStream",
    "MemoryTable",
]
