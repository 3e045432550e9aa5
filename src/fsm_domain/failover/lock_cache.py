"""Locks over several caches: the first that answers decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fsm_domain.failover.breaker import Breaker
from fsm_domain.failover.first_to_accept import Source, first_to_accept
from fsm_ports.clock import Clock
from fsm_ports.lock_cache import LockCache
from fsm_ports.metrics_sink import MetricsSink
from fsm_ports.results import LeaseResult


class FailoverLockCache(LockCache):
    """Fails over freely: a lock held twice costs a second run, whose commit the step number refuses."""

    def __init__(self, clock: Clock, *caches: LockCache, metrics: MetricsSink | None = None) -> None:
        if not caches:
            raise ValueError("a failover lock cache needs at least one cache")
        self._caches = [(cache, Breaker(clock)) for cache in caches]
        self._metrics = metrics

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        def on(cache: LockCache, breaker: Breaker) -> Source[str, LeaseResult]:
            return Source(lambda some: cache.acquire(some, owner, until), breaker)

        return first_to_accept(keys, [on(cache, breaker) for cache, breaker in self._caches], self._failed_over)

    def release(self, keys: Collection[str], owner: str) -> None:
        for cache, breaker in self._caches:
            if not breaker.is_open:
                cache.release(keys, owner)

    def _failed_over(self, key: str) -> None:
        if self._metrics is not None:
            self._metrics.count("failover", "")
