"""The port LockCache in memory."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from threading import Lock
from typing import NamedTuple

from fsm_ports import Busy, Clock, Lease, LeaseResult, LockCache


class _Held(NamedTuple):
    owner: str
    until: float
    fence: int


class MemoryLockCache(LockCache):
    """Leases in a dict.  One count gives the fences of all keys, so a lease that is over need not be remembered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._fences = itertools.count(1)
        self._sweep_at = 1024
        self._lock = Lock()

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        with self._lock:
            now = self._clock.now()
            if len(self._held) > self._sweep_at:
                self._sweep(now)
            return [self._acquire(key, owner, until, now) for key in keys]

    def release(self, keys: Collection[str], owner: str) -> None:
        with self._lock:
            for key in keys:
                held = self._held.get(key)
                if held is not None and held.owner == owner:
                    del self._held[key]

    def forget(self) -> None:
        """Free every key, as a server does that is flushed or started again.  For tests."""
        with self._lock:
            self._held.clear()

    def _acquire(self, key: str, owner: str, until: float, now: float) -> LeaseResult:
        held = self._held.get(key)
        if held is not None and held.owner != owner and held.until > now:
            return Busy(held.until)
        fence = held.fence if held is not None and held.owner == owner else next(self._fences)
        self._held[key] = _Held(owner, until, fence)
        return Lease(fence)

    def _sweep(self, now: float) -> None:
        self._held = {key: held for key, held in self._held.items() if held.until > now}
        self._sweep_at = max(1024, 2 * len(self._held))
