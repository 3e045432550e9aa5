"""Clocks, chance, codec and logged metrics keep the contracts of their ports."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory import MemoryHistoryLog
from fsm_adapters.system.clock import SystemClock, VirtualClock
from fsm_adapters.system.logged_history import LoggedHistory
from fsm_adapters.system.metrics_sink import LogMetrics, NoMetrics
from fsm_adapters.system.random import SeededRandom, SystemRandom
from fsm_contract import (
    ClockContract,
    ClockSubject,
    CodecSubject,
    ContextCodecContract,
    HistoryLogContract,
    HistorySubject,
    Measured,
    MetricsSinkContract,
    MetricsSubject,
    RandomContract,
    RandomSubject,
)


class TestSystemClock(ClockContract):
    adapter = SystemClock

    @pytest.fixture
    def subject(self) -> ClockSubject:
        return ClockSubject(clock=SystemClock())


class TestLoggedHistory(HistoryLogContract):
    adapter = LoggedHistory

    @pytest.fixture
    def subject(self) -> HistorySubject:
        return HistorySubject(clock=VirtualClock(), log=LoggedHistory(MemoryHistoryLog()))


class TestVirtualClock(ClockContract):
    adapter = VirtualClock

    @pytest.fixture
    def subject(self) -> ClockSubject:
        return ClockSubject(clock=VirtualClock())


class TestSystemRandom(RandomContract):
    adapter = SystemRandom

    @pytest.fixture
    def subject(self) -> RandomSubject:
        return RandomSubject(random=SystemRandom())


class TestSeededRandom(RandomContract):
    adapter = SeededRandom

    @pytest.fixture
    def subject(self) -> RandomSubject:
        return RandomSubject(random=SeededRandom(7))


class TestJsonCodec(ContextCodecContract):
    adapter = JsonCodec

    @pytest.fixture
    def subject(self) -> CodecSubject:
        return CodecSubject(codec=JsonCodec())


class Lines(logging.Handler):
    """What a log of metrics holds."""

    def __init__(self) -> None:
        super().__init__()
        self.measured: list[Measured] = []
        self.down = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.down:
            raise OSError("no space left on device")
        line = json.loads(record.getMessage())
        for counter in line["counters"]:
            self.measured.append(_measured(counter, counter["value"]))
        for timer in line["timers"]:
            self.measured += [_measured(timer, seconds) for seconds in timer["seconds"]]

    def fail(self) -> None:
        self.down = True


def _measured(figure: dict[str, str], value: float) -> Measured:
    return Measured(figure["name"], figure["machine"], figure.get("state", ""), figure.get("event", ""), value)


class TestLogMetrics(MetricsSinkContract):
    adapter = LogMetrics

    @pytest.fixture
    def subject(self) -> Iterator[MetricsSubject]:
        log, lines = logging.getLogger("fsm.metrics"), Lines()
        before, log.propagate = (log.level, log.propagate), False
        log.setLevel(logging.INFO)
        log.addHandler(lines)
        yield MetricsSubject(sink=LogMetrics(), handed_on=lambda: lines.measured, fail=lines.fail)
        log.removeHandler(lines)
        log.setLevel(before[0])
        log.propagate = before[1]


class TestNoMetrics(MetricsSinkContract):
    adapter = NoMetrics

    @pytest.fixture
    def subject(self) -> MetricsSubject:
        return MetricsSubject(sink=NoMetrics(), handed_on=list, discards=True)
