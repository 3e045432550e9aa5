"""What the adapters of one queue share."""

from __future__ import annotations

from math import ceil
from typing import Final

MAX_DELAY: Final = 900
"""Seconds that a standard queue delays a message at most (SQS quotas, "Message delay")."""
MAX_VISIBILITY: Final = 43_200
"""Seconds that a message can stay hidden in all (SQS quotas, "Message visibility timeout")."""
MAX_BYTES: Final = 2**20
"""Bytes of a message, and of all messages of a batch (SQS quotas, "Message size")."""


def queue_url(queue: str) -> str:
    """The URL of a queue, which may be given by its ARN."""
    if not queue.startswith("arn:"):
        return queue
    _, partition, _, region, account, name = queue.split(":", 5)
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"https://sqs.{region}.{suffix}/{account}/{name}"


def queue_name(queue: str) -> str:
    """The last part of a queue's URL or ARN."""
    return queue.rpartition(":" if queue.startswith("arn:") else "/")[2]


def is_fifo(queue: str) -> bool:
    return queue.endswith(".fifo")


def whole_seconds(seconds: float, most: int) -> int:
    """SQS counts whole seconds; rounded up, so that nothing comes early."""
    return min(most, max(0, ceil(seconds)))
