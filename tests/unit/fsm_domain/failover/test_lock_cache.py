"""Leases over two caches: the first that answers decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from fsm_adapters.memory import MemoryLockCache, MemoryMetrics
from fsm_adapters.system.clock import VirtualClock
from fsm_domain.failover.lock_cache import FailoverLockCache
from fsm_ports.errors import PortUnavailable
from fsm_ports.results import Busy, Lease, LeaseResult


class Switched(MemoryLockCache):
    """Answers nobody while it is down."""

    down = False
    released = 0

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return [PortUnavailable("refused")] * len(keys) if self.down else super().acquire(keys, owner, until)

    def release(self, keys: Collection[str], owner: str) -> None:
        self.released += 1
        super().release(keys, owner)


def test_each_lease_that_another_than_the_first_cache_answered_is_counted() -> None:
    clock, metrics = VirtualClock(), MemoryMetrics()
    first, second = Switched(clock), Switched(clock)
    lock = FailoverLockCache(clock, first, second, metrics=metrics)
    until = clock.now() + 30
    assert [type(lease) for lease in lock.acquire(["a", "b"], "alice", until)] == [Lease, Lease]
    assert metrics.counted("failover") == 0
    first.down = True
    assert [type(lease) for lease in lock.acquire(["c", "d"], "alice", until)] == [Lease, Lease]
    assert [type(lease) for lease in lock.acquire(["c"], "bob", until)] == [Busy]
    assert metrics.counted("failover", "") == 3
    second.down = True
    assert [type(lease) for lease in lock.acquire(["e"], "alice", until)] == [PortUnavailable]
    assert metrics.counted("failover") == 3


def test_a_cache_that_is_known_to_be_down_is_not_asked_to_release() -> None:
    clock = VirtualClock()
    first, second = Switched(clock), Switched(clock)
    first.down = True
    lock = FailoverLockCache(clock, first, second)
    for n in range(3):
        lock.acquire([f"k{n}"], "alice", clock.now() + 30)
    lock.release(["k0"], "alice")
    assert (first.released, second.released) == (0, 1)


def test_no_cache_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one cache"):
        FailoverLockCache(VirtualClock())
