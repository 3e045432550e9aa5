"""Metrics for several sinks at once."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_ports.metrics_sink import Counter, MetricsSink, Timer


class EveryMetricsSink(MetricsSink):
    """Hands everything to each sink; to none, where there is none.

    A second sink is no stand-in for the first: a flush answers nothing, and a sink keeps what it could not deliver and
    delivers it later, so whoever took over would count twice.  Two sinks are two places where all of it can be read.
    """

    def __init__(self, sinks: Sequence[MetricsSink]) -> None:
        self._sinks = tuple(sinks)

    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        for sink in self._sinks:
            sink.count(name, machine, state, event, value)

    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None:
        for sink in self._sinks:
            sink.time(name, machine, seconds, state, event)

    def flush(self) -> None:
        for sink in self._sinks:
            sink.flush()
