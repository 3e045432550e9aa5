"""Several calls at the same time: DynamoDB has no batch of conditional writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

THREADS: Final = 8
"""A client keeps more connections than this open."""


def in_parallel(call: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """What `call` answers to each item, in order; one item is called in this thread.

    The threads are gone afterwards: a process that forks takes none along, and starting them costs less than a call.
    """
    if len(items) < 2:
        return [call(item) for item in items]
    with ThreadPoolExecutor(min(THREADS, len(items))) as pool:
        return list(pool.map(call, items))
