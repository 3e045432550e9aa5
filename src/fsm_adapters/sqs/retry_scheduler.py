"""Retry scheduler on an SQS queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fsm_adapters.sqs.event_bus import SqsEventBus
from fsm_adapters.sqs.queue import MAX_BYTES, MAX_DELAY, is_fifo
from fsm_ports import Clock, Random, RetryScheduler

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class SqsRetryScheduler(SqsEventBus, RetryScheduler):
    """Holds a message for up to 900 s, a FIFO queue not at all; what has to wait longer is delivered then, and put off
    again by its receiver."""

    def __init__(
        self, client: Callable[[], SQSClient], queue: str, *, source: str, clock: Clock, random: Random,
        max_bytes: int = MAX_BYTES,
    ) -> None:  # fmt: skip
        super().__init__(client, queue, source=source, clock=clock, random=random, max_bytes=max_bytes)
        self.max_delay = 0.0 if is_fifo(queue) else float(MAX_DELAY)
