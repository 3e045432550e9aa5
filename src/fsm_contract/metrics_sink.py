"""Suite of the port MetricsSink."""

from __future__ import annotations

import math
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args

import pytest

from fsm_contract.suite import Suite, at_once
from fsm_ports import MetricsSink
from fsm_ports.metrics_sink import Counter, Timer


class Measured(NamedTuple):
    """One figure that a sink has handed on."""

    name: str
    machine: str
    state: str
    event: str
    value: float


def _nothing() -> None:
    """The default of `MetricsSubject.fail`."""


@dataclass(frozen=True, kw_only=True)
class MetricsSubject:
    """A metrics sink, and what it has handed on."""

    sink: MetricsSink
    handed_on: Callable[[], Sequence[Measured]]
    """All that has been handed on so far: counts, added up or one by one, and each timing in seconds."""
    discards: bool = False
    """The sink hands on nothing, by design."""
    fail: Callable[[], None] = _nothing
    """From now on the sink's back end, if it has one, takes nothing."""


class MetricsSinkContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> MetricsSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: MetricsSubject) -> None:
        self.check_adapter(subject.sink)

    def test_count_is_handed_on_by_a_flush(self, subject: MetricsSubject) -> None:
        subject.sink.count("transition", "orders", "charge", "paid", 3)
        subject.sink.flush()
        self._check(subject, Measured("transition", "orders", "charge", "paid", 3))

    def test_count_is_one_unless_said_otherwise(self, subject: MetricsSubject) -> None:
        subject.sink.count("started", "orders")
        subject.sink.flush()
        self._check(subject, Measured("started", "orders", "", "", 1))

    def test_counts_of_one_kind_add_up(self, subject: MetricsSubject) -> None:
        for value in (1, 2, 4):
            subject.sink.count("retry", "orders", "charge", value=value)
        subject.sink.flush()
        self._check(subject, Measured("retry", "orders", "charge", "", 7))

    def test_machines_states_and_events_are_counted_apart(self, subject: MetricsSubject) -> None:
        kinds = [("m1", "s1", "e1"), ("m2", "s1", "e1"), ("m1", "s2", "e1"), ("m1", "s1", "e2"), ("m1", "s1", "")]
        for machine, state, event in kinds:
            subject.sink.count("transition", machine, state, event)
        subject.sink.flush()
        self._check(subject, *(Measured("transition", *kind, 1) for kind in kinds))

    def test_every_timing_is_handed_on(self, subject: MetricsSubject) -> None:
        for seconds in (0.25, 0.5, 0.5, 2.0):
            subject.sink.time("action", "orders", seconds, "charge", "paid")
        subject.sink.flush()
        timings = [Measured("action", "orders", "charge", "paid", seconds) for seconds in (0.25, 0.5, 0.5, 2.0)]
        self._check(subject, *timings)

    def test_timings_beyond_what_one_message_to_a_service_holds_are_all_handed_on(
        self, subject: MetricsSubject
    ) -> None:
        timings = [Measured("action", "orders", "charge", "paid", number / 8) for number in range(401)]
        for timing in timings:
            subject.sink.time("action", timing.machine, timing.value, timing.state, timing.event)
        subject.sink.flush()
        self._check(subject, *timings)

    def test_what_is_no_number_spoils_no_other_figure(self, subject: MetricsSubject) -> None:
        for seconds in (math.nan, math.inf, -math.inf):
            subject.sink.time("action", "orders", seconds)
        subject.sink.time("machine", "orders", 0.5)
        subject.sink.count("started", "orders")
        subject.sink.flush()
        proper = [measured for measured in subject.handed_on() if math.isfinite(measured.value)]
        expected = [Measured("machine", "orders", "", "", 0.5), Measured("started", "orders", "", "", 1)]
        assert sorted(proper) == ([] if subject.discards else expected)

    def test_what_was_handed_on_is_not_handed_on_again(self, subject: MetricsSubject) -> None:
        subject.sink.count("fatal", "orders")
        subject.sink.flush()
        subject.sink.flush()
        subject.sink.count("fatal", "returns")
        subject.sink.flush()
        self._check(subject, Measured("fatal", "orders", "", "", 1), Measured("fatal", "returns", "", "", 1))

    def test_flush_of_nothing_hands_on_nothing(self, subject: MetricsSubject) -> None:
        subject.sink.flush()
        self._check(subject)

    def test_every_counter_and_timer_is_taken(self, subject: MetricsSubject) -> None:
        counters: tuple[Counter, ...] = get_args(Counter)
        timers: tuple[Timer, ...] = get_args(Timer)
        for counter in counters:
            subject.sink.count(counter, "orders")
        for timer in timers:
            subject.sink.time(timer, "orders", 0.5)
        subject.sink.flush()
        expected = [Measured(name, "orders", "", "", 1) for name in counters]
        self._check(subject, *expected, *(Measured(name, "orders", "", "", 0.5) for name in timers))

    def test_nothing_raises_while_the_back_end_fails(self, subject: MetricsSubject) -> None:
        subject.fail()
        subject.sink.count("transition", "orders")
        subject.sink.time("action", "orders", 0.5)
        subject.sink.flush()
        subject.sink.flush()

    def test_counters_at_one_moment_are_all_counted(self, subject: MetricsSubject) -> None:
        def count(_: int) -> None:
            for _ in range(200):
                subject.sink.count("transition", "orders")

        at_once(8, count)
        subject.sink.flush()
        self._check(subject, Measured("transition", "orders", "", "", 1600))

    def test_flushes_at_one_moment_hand_on_once(self, subject: MetricsSubject) -> None:
        subject.sink.count("transition", "orders")
        at_once(8, lambda _: subject.sink.flush())
        self._check(subject, Measured("transition", "orders", "", "", 1))

    def _check(self, subject: MetricsSubject, *expected: Measured) -> None:
        got = () if subject.discards else expected
        timers = get_args(Timer)
        assert Tally(m for m in subject.handed_on() if m.name in timers) == Tally(m for m in got if m.name in timers)
        assert _sums(subject.handed_on()) == _sums(got)


def _sums(measured: Sequence[Measured]) -> dict[Measured, float]:
    sums: Tally[Measured] = Tally()
    for m in measured:
        if m.name in get_args(Counter):
            sums[m._replace(value=0)] += int(m.value)
    return dict(sums)
