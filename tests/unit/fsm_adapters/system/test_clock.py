"""The clocks, beyond the contract of their port."""

from __future__ import annotations

import time

import pytest

from fsm_adapters.system.clock import SystemClock, VirtualClock


def test_system_clock_is_that_of_this_machine() -> None:
    before = time.time()
    assert before <= SystemClock().now() <= time.time()


def test_virtual_clock_starts_where_it_is_told_and_stands_still() -> None:
    clock = VirtualClock(5.0)
    assert [clock.now(), clock.now()] == [5.0, 5.0]
    assert VirtualClock().now() == 1_000_000_000.0


def test_virtual_clock_moves_when_it_is_told() -> None:
    clock = VirtualClock(5.0)
    clock.advance(1.5)
    assert clock.now() == 6.5


def test_sleep_on_the_virtual_clock_takes_no_time() -> None:
    clock, before = VirtualClock(5.0), time.monotonic()
    clock.sleep(3600)
    assert clock.now() == 3605.0
    assert time.monotonic() - before < 60


def test_virtual_clock_does_not_go_back() -> None:
    clock = VirtualClock(5.0)
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-1)
    assert clock.now() == 5.0
