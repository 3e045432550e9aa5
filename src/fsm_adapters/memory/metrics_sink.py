"""The port MetricsSink in memory."""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

from fsm_ports import MetricsSink
from fsm_ports.metrics_sink import Counter, Timer


class Figure(NamedTuple):
    """One call of `count` or `time`."""

    name: Counter | Timer
    machine: str
    state: str
    event: str
    value: float
    """A number, or seconds."""


class MemoryMetrics(MetricsSink):
    """Keeps every figure for a test to read, before and after the flush that hands it on."""

    def __init__(self) -> None:
        self._pending: list[Figure] = []
        self._flushed: list[Figure] = []
        self._lock = Lock()

    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        with self._lock:
            self._pending.append(Figure(name, machine, state, event, value))

    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None:
        with self._lock:
            self._pending.append(Figure(name, machine, state, event, seconds))

    def flush(self) -> None:
        with self._lock:
            self._flushed += self._pending
            self._pending = []

    @property
    def flushed(self) -> tuple[Figure, ...]:
        """What has been handed on."""
        with self._lock:
            return tuple(self._flushed)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Everything, handed on or not."""
        with self._lock:
            return (*self._flushed, *self._pending)

    def counted(self, name: Counter, machine: str | None = None, state: str | None = None) -> int:
        """The sum of a counter, flushed or not; of one machine or state alone where given."""
        return sum(
            int(figure.value)
            for figure in self.figures
            if figure.name == name and machine in (None, figure.machine) and state in (None, figure.state)
        )
