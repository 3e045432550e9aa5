"""Suite of the port Clock."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fsm_contract.suite import Suite, at_once
from fsm_ports import Clock

SHORT = 0.02
"""Seconds; on a real clock they really pass."""


@dataclass(frozen=True, kw_only=True)
class ClockSubject:
    """A clock."""

    clock: Clock


class ClockContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> ClockSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: ClockSubject) -> None:
        self.check_adapter(subject.clock)

    def test_now_is_in_seconds_since_the_epoch(self, subject: ClockSubject) -> None:
        """Neither milliseconds nor seconds since a start."""
        assert 1e9 <= subject.clock.now() < 1e10

    def test_now_knows_fractions_of_a_second(self, subject: ClockSubject) -> None:
        before = subject.clock.now()
        subject.clock.sleep(SHORT)
        assert subject.clock.now() - before < 0.9

    def test_now_does_not_fall(self, subject: ClockSubject) -> None:
        seen: list[float] = []
        for _ in range(100):
            seen.append(subject.clock.now())
            subject.clock.sleep(SHORT / 100)
        assert seen == sorted(seen)

    def test_sleep_lets_so_much_time_pass(self, subject: ClockSubject) -> None:
        before = subject.clock.now()
        subject.clock.sleep(SHORT)
        assert subject.clock.now() - before >= SHORT * 0.95

    @pytest.mark.parametrize("seconds", [0.0, -1.0, -1e9])
    def test_sleep_of_nothing_returns_at_once(self, subject: ClockSubject, seconds: float) -> None:
        before = subject.clock.now()
        subject.clock.sleep(seconds)
        assert 0 <= subject.clock.now() - before < 0.5

    def test_threads_may_share_it(self, subject: ClockSubject) -> None:
        before = subject.clock.now()
        at_once(4, lambda _: subject.clock.sleep(SHORT))
        assert subject.clock.now() - before >= SHORT * 0.95
