"""Seeded faults between a caller and any adapter, port to port."""

from fsm_adapters.chaos.chaos import Chaos, Fate
from fsm_adapters.chaos.checkpoint_store import ChaosCheckpointStore
from fsm_adapters.chaos.container_runner import ChaosContainerRunner
from fsm_adapters.chaos.environment_store import ChaosEnvironmentStore
from fsm_adapters.chaos.event_bus import ChaosEventBus
from fsm_adapters.chaos.history_log import ChaosHistoryLog
from fsm_adapters.chaos.lock_cache import ChaosLockCache
from fsm_adapters.chaos.message_source import ChaosMessageSource
from fsm_adapters.chaos.retry_scheduler import ChaosRetryScheduler

__all__ = [
    "Chaos",
    "ChaosCheckpointStore",
    "ChaosContainerRunner",
    "ChaosEnvironmentStore",
    "ChaosEventBus",
    "ChaosHistoryLog",
    "ChaosLockCache",
    "ChaosMessageSource",
    "ChaosRetryScheduler",
    "Fate",
]
