"""Wrong metrics sinks."""

from __future__ import annotations

import math
from threading import Event
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryMetrics
from fsm_contract import Measured, MetricsSinkContract, MetricsSubject
from fsm_ports.metrics_sink import Counter, Timer
from tests.contract.broken.rejection import rejected_by


class OnMetrics(MetricsSinkContract):
    wrong: ClassVar[type[MemoryMetrics]]

    @pytest.fixture
    def subject(self) -> MetricsSubject:
        sink = self.wrong()

        def fail() -> None:
            setattr(sink, "down", True)  # noqa: B010 - only one of the adapters here knows it

        return MetricsSubject(sink=sink, handed_on=lambda: [Measured(*f) for f in sink.flushed], fail=fail)


@rejected_by(OnMetrics, "test_what_was_handed_on_is_not_handed_on_again", "test_flushes_at_one_moment_hand_on_once")
class HandsOnEverythingAtEveryFlush(MemoryMetrics):
    def flush(self) -> None:
        pending = list(self._pending)
        super().flush()
        self._pending += pending


@rejected_by(OnMetrics, "test_every_timing_is_handed_on")
class KeepsOneOfEqualTimings(MemoryMetrics):
    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None:
        if all(figure != (name, machine, state, event, seconds) for figure in self._pending):
            super().time(name, machine, seconds, state, event)


@rejected_by(OnMetrics, "test_count_is_handed_on_by_a_flush", "test_counts_of_one_kind_add_up")
class CountsCalls(MemoryMetrics):
    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        super().count(name, machine, state, event)


@rejected_by(OnMetrics, "test_timings_beyond_what_one_message_to_a_service_holds_are_all_handed_on")
class HandsOnOneMessageOfTimings(MemoryMetrics):
    def flush(self) -> None:
        timings = [figure for figure in self._pending if figure.name == "action"]
        self._pending = [figure for figure in self._pending if figure not in timings[400:]]
        super().flush()


@rejected_by(OnMetrics, "test_what_is_no_number_spoils_no_other_figure")
class LosesAllForWhatIsNoNumber(MemoryMetrics):
    def flush(self) -> None:
        if any(math.isnan(figure.value) for figure in self._pending):
            self._pending.clear()
        super().flush()


@rejected_by(OnMetrics, "test_flushes_at_one_moment_hand_on_once")
class HandsOnWhatAnotherFlushHandsOn(MemoryMetrics):
    def flush(self) -> None:
        pending = list(self._pending)
        if pending:
            Event().wait(0.05)
        with self._lock:
            self._flushed += pending
            self._pending = [figure for figure in self._pending if figure not in pending]


@rejected_by(OnMetrics, "test_nothing_raises_while_the_back_end_fails")
class RaisesAtFlush(MemoryMetrics):
    down = False

    def flush(self) -> None:
        if self.down:
            raise OSError("connection refused")
        super().flush()


@rejected_by(OnMetrics, "test_count_is_handed_on_by_a_flush", "test_machines_states_and_events_are_counted_apart")
class LeavesTheEventOut(MemoryMetrics):
    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        super().count(name, machine, state, "", value)
