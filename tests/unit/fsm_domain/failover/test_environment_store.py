"""Environments over two stores: put where one accepts, got from wherever it is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fsm_adapters.memory import MemoryEnvironmentStore, MemoryMetrics
from fsm_adapters.system.clock import VirtualClock
from fsm_domain.failover.environment_store import FailoverEnvironmentStore
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable


class Switched(MemoryEnvironmentStore):
    """Answers `error` while there is one."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.error: PortError | None = None
        self.calls = 0

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        self.calls += 1
        return super().put(key, environment, expires_at) if self.error is None else self.error

    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        self.calls += 1
        return super().get(key) if self.error is None else self.error


class Pair:
    """A primary, a secondary, and the policy over both."""

    def __init__(self) -> None:
        self.clock, self.metrics = VirtualClock(), MemoryMetrics()
        self.primary, self.secondary = Switched(self.clock), Switched(self.clock)
        self.store = FailoverEnvironmentStore(self.clock, self.primary, self.secondary, metrics=self.metrics)

    def put(self, key: str = "k") -> PortError | None:
        return self.store.put(key, {"KEY": key}, self.clock.now() + 60)


DOWN = PortUnavailable("refused")


def test_what_was_put_while_the_primary_was_down_is_found_when_it_is_back_and_knows_nothing() -> None:
    pair = Pair()
    pair.primary.error = DOWN
    assert pair.put() is None
    pair.primary.error = None
    assert pair.store.get("k") == {"KEY": "k"}


def test_what_the_primary_holds_is_got_without_asking_the_secondary() -> None:
    pair = Pair()
    assert pair.put() is None
    assert pair.store.get("k") == {"KEY": "k"}
    assert pair.secondary.calls == 0


def test_absent_is_only_what_every_store_calls_absent() -> None:
    pair = Pair()
    assert pair.store.get("k") is None
    for store in (pair.primary, pair.secondary):
        store.error = DOWN
        assert pair.store.get("k") is DOWN
        store.error = None


def test_a_put_that_nobody_accepts_answers_what_leaves_most_open() -> None:
    pair = Pair()
    unknown, rejected = OutcomeUnknown("time-out"), PortRejected("too large")
    for primary, secondary, answer in [(unknown, DOWN, unknown), (DOWN, rejected, DOWN), (rejected, DOWN, DOWN)]:
        pair.primary.error, pair.secondary.error = primary, secondary
        assert pair.put() is answer


def test_a_primary_that_is_known_to_be_down_is_spared() -> None:
    pair = Pair()
    pair.primary.error = DOWN
    for _ in range(10):
        assert pair.put() is None
    assert pair.primary.calls == 3
    assert pair.store.get("k") == {"KEY": "k"}
    assert pair.primary.calls == 3
    pair.primary.error = None
    pair.clock.sleep(10)
    assert pair.put("k2") is None
    assert pair.primary.calls == 4


def test_each_put_that_the_primary_did_not_take_is_counted() -> None:
    pair = Pair()
    assert pair.put() is None
    assert pair.metrics.counted("failover") == 0
    pair.primary.error = DOWN
    assert [pair.put() for _ in range(5)] == [None] * 5
    pair.secondary.error = DOWN
    assert pair.put() is DOWN
    assert pair.metrics.counted("failover", "") == 5


def test_no_store_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one store"):
        FailoverEnvironmentStore(VirtualClock())


def test_a_primary_that_is_found_down_by_reading_is_spared_too() -> None:
    pair = Pair()
    pair.secondary.put("k", {"KEY": "k"}, pair.clock.now() + 60)
    pair.primary.error = DOWN
    for _ in range(10):
        assert pair.store.get("k") == {"KEY": "k"}
    assert pair.primary.calls == 3
