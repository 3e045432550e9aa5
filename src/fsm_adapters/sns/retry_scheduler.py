"""Retry scheduler on an SNS topic."""

from __future__ import annotations

from fsm_adapters.sns.event_bus import SnsEventBus
from fsm_ports import RetryScheduler


class SnsRetryScheduler(SnsEventBus, RetryScheduler):
    """Holds nothing: what is to be tried again later is delivered at once."""

    max_delay = 0.0
