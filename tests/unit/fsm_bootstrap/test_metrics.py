"""Metrics for several sinks."""

from __future__ import annotations

from fsm_adapters.memory.metrics_sink import MemoryMetrics
from fsm_bootstrap.metrics import EveryMetricsSink


def test_every_sink_gets_everything() -> None:
    one, two = MemoryMetrics(), MemoryMetrics()
    sink = EveryMetricsSink([one, two])
    sink.count("retry", "orders", "charge", "paid", 2)
    sink.time("action", "orders", 0.5, "charge")
    sink.flush()
    assert one.figures == two.figures
    assert [(figure.name, figure.value) for figure in one.figures] == [("retry", 2), ("action", 0.5)]


def test_no_sink_takes_everything_too() -> None:
    sink = EveryMetricsSink([])
    sink.count("retry", "orders")
    sink.flush()
