"""Retry scheduler on a Kinesis stream."""

from __future__ import annotations

from fsm_adapters.kinesis.event_bus import KinesisEventBus
from fsm_ports import RetryScheduler


class KinesisRetryScheduler(KinesisEventBus, RetryScheduler):
    """A stream holds nothing back: every message is delivered at once, and its receiver puts it off again."""

    max_delay = 0.0
