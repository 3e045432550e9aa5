"""Wrong clocks."""

from __future__ import annotations

from typing import ClassVar

import pytest

from fsm_adapters.system.clock import VirtualClock
from fsm_contract import ClockContract, ClockSubject
from tests.contract.broken.rejection import rejected_by


class OnClock(ClockContract):
    wrong: ClassVar[type[VirtualClock]]

    @pytest.fixture
    def subject(self) -> ClockSubject:
        return ClockSubject(clock=self.wrong())


@rejected_by(OnClock, "test_now_is_in_seconds_since_the_epoch")
class CountsFromItsStart(VirtualClock):
    def __init__(self) -> None:
        super().__init__(0.0)


@rejected_by(
    OnClock, "test_sleep_of_nothing_returns_at_once", "test_sleep_lets_so_much_time_pass", "test_threads_may_share_it"
)
class SleepsWholeSeconds(VirtualClock):
    def sleep(self, seconds: float) -> None:
        super().sleep(float(int(seconds)) if seconds > 0 else 1.0)


@rejected_by(OnClock, "test_sleep_of_nothing_returns_at_once")
class GoesBack(VirtualClock):
    def sleep(self, seconds: float) -> None:
        self._now += seconds


@rejected_by(OnClock, "test_now_knows_fractions_of_a_second")
class TicksInSeconds(VirtualClock):
    def sleep(self, seconds: float) -> None:
        super().sleep(max(seconds, 1.0) if seconds > 0 else 0.0)


@rejected_by(OnClock, "test_now_does_not_fall")
class Jumps(VirtualClock):
    """As a clock that is set by the network does."""

    _reads = 0

    def now(self) -> float:
        self._reads += 1
        return super().now() - (0.1 if self._reads % 50 == 0 else 0.0)
