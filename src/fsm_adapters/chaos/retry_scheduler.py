"""Faults on the way to a retry scheduler."""

from __future__ import annotations

from fsm_adapters.chaos.chaos import Chaos
from fsm_adapters.chaos.event_bus import ChaosEventBus
from fsm_ports.retry_scheduler import RetryScheduler


class ChaosRetryScheduler(ChaosEventBus, RetryScheduler):
    """A retry scheduler that loses some messages, and some answers."""

    def __init__(self, retries: RetryScheduler, chaos: Chaos) -> None:
        super().__init__(retries, chaos)
        self.max_delay = retries.max_delay
