"""A breaker opens after failures in a row, and lets one call try after its pause."""

from __future__ import annotations

import pytest

from fsm_adapters.system.clock import VirtualClock
from fsm_domain.failover.breaker import Breaker
from fsm_ports.errors import OutcomeUnknown, PortRejected, PortUnavailable

DOWN = [PortUnavailable("refused")]


def test_opens_after_the_threshold_of_failed_calls() -> None:
    breaker = Breaker(VirtualClock(), threshold=2)
    breaker.record(DOWN)
    assert not breaker.is_open
    breaker.record([OutcomeUnknown("time-out")])
    assert breaker.is_open


def test_one_item_that_succeeds_closes_it() -> None:
    breaker = Breaker(VirtualClock(), threshold=2)
    breaker.record(DOWN)
    breaker.record([PortUnavailable("refused"), None])
    breaker.record(DOWN)
    assert not breaker.is_open


def test_tries_again_after_its_pause_and_opens_at_the_next_failure() -> None:
    clock = VirtualClock()
    breaker = Breaker(clock, threshold=2, pause=10.0)
    breaker.record(DOWN)
    breaker.record(DOWN)
    clock.advance(10.0)
    assert not breaker.is_open
    breaker.record(DOWN)
    assert breaker.is_open


def test_a_rejected_item_says_that_the_back_end_is_up() -> None:
    breaker = Breaker(VirtualClock(), threshold=1)
    breaker.record([PortRejected("too large")])
    assert not breaker.is_open


@pytest.mark.parametrize(("threshold", "pause"), [(0, 1.0), (1, 0.0)])
def test_refuses_bounds_that_make_no_sense(threshold: int, pause: float) -> None:
    with pytest.raises(ValueError, match="breaker needs"):
        Breaker(VirtualClock(), threshold, pause)


def test_a_call_that_succeeds_while_it_is_open_closes_it_at_once() -> None:
    breaker = Breaker(VirtualClock(), threshold=1, pause=0.5)
    breaker.record(DOWN)
    assert breaker.is_open
    breaker.record([None])
    assert not breaker.is_open


def test_a_call_for_nothing_says_nothing() -> None:
    breaker = Breaker(VirtualClock(), threshold=2)
    breaker.record(DOWN)
    breaker.record([])
    assert not breaker.is_open
    breaker.record(DOWN)
    assert breaker.is_open


def test_three_failures_open_it_for_ten_seconds_by_default() -> None:
    clock = VirtualClock()
    breaker = Breaker(clock)
    breaker.record(DOWN)
    breaker.record(DOWN)
    assert not breaker.is_open
    breaker.record(DOWN)
    clock.advance(9.5)
    assert breaker.is_open
    clock.advance(0.5)
    assert not breaker.is_open
