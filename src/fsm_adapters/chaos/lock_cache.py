"""Faults between a run and its lease."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fsm_adapters.chaos.chaos import Chaos
from fsm_ports.lock_cache import LockCache
from fsm_ports.results import LeaseResult


class ChaosLockCache(LockCache):
    """A cache that fails at times; a release that is lost leaves the lease to its end."""

    def __init__(self, cache: LockCache, chaos: Chaos) -> None:
        self._cache, self._chaos = cache, chaos

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return self._chaos.each(keys, lambda some: self._cache.acquire(some, owner, until))

    def release(self, keys: Collection[str], owner: str) -> None:
        self._cache.release([key for key in keys if self._chaos.fate().takes_effect], owner)
