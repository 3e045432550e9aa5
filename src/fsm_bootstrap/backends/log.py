"""``log://``: the log of this process."""

from __future__ import annotations

from fsm_adapters.system.metrics_sink import LogMetrics
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.metrics_sink import MetricsSink


def metrics(source: Source, supplies: Supplies) -> MetricsSink:
    return LogMetrics()
