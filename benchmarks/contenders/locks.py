"""The whole framework on memory adapters, its leases on a real Redis: one machine at a time, and 100 together."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from benchmarks.contenders.engines import SMALL, drive
from benchmarks.rounds import Work

URL: Final = "FSM_BENCH_REDIS"
"""The environment variable that names the server."""
_SEND: Final = "send_packed_command"
"""The method of redis-py, which has no types, through which everything is written."""


def one() -> AbstractContextManager[Work]:
    return _ours(1)


def many() -> AbstractContextManager[Work]:
    return _ours(100)


@contextmanager
def counted(together: int) -> Generator[tuple[Work, list[int]]]:
    """The work, and a list whose one number counts what is written to Redis: a write and its answer are a round
    trip."""
    from redis.connection import AbstractConnection

    trips = [0]
    send: Callable[..., object] = getattr(AbstractConnection, _SEND)

    def counting(*arguments: object, **named: object) -> object:
        trips[0] += 1
        return send(*arguments, **named)

    setattr(AbstractConnection, _SEND, counting)
    try:
        with _ours(together) as work:
            work(2 * together)  # the script is known to the server, the connection is made
            trips[0] = 0
            yield work, trips
    finally:
        setattr(AbstractConnection, _SEND, send)


def _ours(together: int) -> AbstractContextManager[Work]:
    return drive(SMALL, together, primary_cache_source=os.environ[URL])
