"""Time limits of plain actions."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from fsm_adapters.system.clock import SystemClock, VirtualClock
from fsm_adapters.system.time_limit import AlarmTimeLimit, ElapsedTimeLimit


def test_what_took_too_long_by_the_clock_fails_at_its_end() -> None:
    clock = VirtualClock()
    with pytest.raises(TimeoutError, match="longer than its timeout of 5 s"), ElapsedTimeLimit(clock)(5.0):
        clock.advance(5.5)


def test_what_ends_in_time_passes() -> None:
    clock = VirtualClock()
    with ElapsedTimeLimit(clock)(5.0):
        clock.advance(5.0)


def test_an_alarm_interrupts_a_wait() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError), AlarmTimeLimit(SystemClock())(0.05):
        time.sleep(30)
    assert time.monotonic() - began < 20


def test_an_alarm_that_the_block_swallows_fails_it_at_its_end() -> None:
    def swallow() -> None:
        with AlarmTimeLimit(SystemClock())(0.05):
            try:
                time.sleep(30)
            except TimeoutError:
                time.sleep(0.01)

    with pytest.raises(TimeoutError):
        swallow()


def test_handler_and_alarm_of_somebody_else_are_put_back() -> None:
    def other(number: int, frame: object) -> None:
        raise AssertionError("not in this test")

    before = signal.signal(signal.SIGALRM, other)
    left, interval = signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        with AlarmTimeLimit(SystemClock())(5.0):
            pass
        assert signal.getsignal(signal.SIGALRM) is other
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def test_another_thread_is_not_interrupted_but_fails() -> None:
    raised: list[BaseException] = []

    def work() -> None:
        try:
            with AlarmTimeLimit(SystemClock())(0.01):
                time.sleep(0.03)
        except TimeoutError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(raised) == 1
