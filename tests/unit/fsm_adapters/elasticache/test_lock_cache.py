"""A lock cache that asks where it is when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest

from fsm_adapters.elasticache.endpoint import CacheEndpoint
from fsm_adapters.elasticache.lock_cache import ElastiCacheLockCache
from fsm_adapters.memory import MemoryLockCache
from fsm_adapters.system.clock import VirtualClock
from fsm_contract.suite import at_once
from fsm_ports import Busy, Lease, OutcomeUnknown, PortError, PortMisconfigured, PortUnavailable

FOUND = CacheEndpoint("redis", "redis://:hidden@host:6379")
DOWN = PortUnavailable("the API does not answer", "arn")


class _Api:
    """Gives these answers, one after the other; the last one for ever."""

    def __init__(self, *answers: CacheEndpoint | PortError | Exception) -> None:
        self.asked = 0
        self._answers = list(answers)

    def __call__(self) -> CacheEndpoint | PortError:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, CacheEndpoint | PortError):
            return answer
        raise answer


@pytest.fixture
def make() -> Callable[[CacheEndpoint], MemoryLockCache]:
    cache = MemoryLockCache(VirtualClock(0.0))
    return lambda _: cache


def _locks(api: _Api, make: Callable[[CacheEndpoint], MemoryLockCache]) -> ElastiCacheLockCache:
    return ElastiCacheLockCache(api, make, source="arn")


def test_nothing_is_asked_before_there_is_need(make: Callable[[CacheEndpoint], MemoryLockCache]) -> None:
    api = _Api(FOUND)
    locks = _locks(api, make)
    locks.release(["k"], "alice")
    assert locks.acquire([], "alice", 10.0) == []
    assert api.asked == 0


def test_it_is_asked_once(make: Callable[[CacheEndpoint], MemoryLockCache]) -> None:
    api = _Api(FOUND)
    locks = _locks(api, make)
    assert isinstance(locks.acquire(["k"], "alice", 10.0)[0], Lease)
    assert isinstance(locks.acquire(["k"], "bob", 10.0)[0], Busy)
    locks.release(["k"], "alice")
    assert isinstance(locks.acquire(["k"], "bob", 10.0)[0], Lease)
    assert api.asked == 1


def test_threads_that_need_it_at_one_moment_ask_once(make: Callable[[CacheEndpoint], MemoryLockCache]) -> None:
    api, gate = _Api(FOUND), Barrier(8)
    locks = _locks(api, make)

    def take(number: int) -> int:
        gate.wait(30)
        return sum(isinstance(result, Lease) for result in locks.acquire(["k"], f"owner-{number}", 10.0))

    assert sum(at_once(8, take)) == 1
    assert api.asked == 1


@pytest.mark.parametrize("error", [DOWN, OutcomeUnknown("no answer", "arn")])
def test_api_that_fails_is_passed_on_and_asked_again(
    error: PortError, make: Callable[[CacheEndpoint], MemoryLockCache]
) -> None:
    locks = _locks(_Api(error, FOUND), make)
    assert locks.acquire(["a", "b"], "alice", 10.0) == [error, error]
    assert isinstance(locks.acquire(["a"], "alice", 10.0)[0], Lease)


def test_cache_that_is_not_there_is_unavailable_and_told_to_a_person(
    make: Callable[[CacheEndpoint], MemoryLockCache], caplog: pytest.LogCaptureFixture
) -> None:
    locks = _locks(_Api(PortMisconfigured("no such cache"), FOUND), make)
    (result,) = locks.acquire(["k"], "alice", 10.0)
    assert isinstance(result, PortUnavailable)
    assert "no such cache" in result.reason
    assert "no such cache" in caplog.text
    assert isinstance(locks.acquire(["k"], "alice", 10.0)[0], Lease), "once it is there"


def test_endpoint_shows_no_password() -> None:
    assert "hidden" not in repr(FOUND)
    assert "hidden" not in str(FOUND)
