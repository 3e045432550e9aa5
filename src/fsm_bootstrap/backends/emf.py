"""``emf://NAMESPACE``: metrics as lines of the log, which CloudWatch reads; no calls."""

from __future__ import annotations

from fsm_adapters.emf.metrics_sink import EmfMetrics
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.metrics_sink import MetricsSink


def metrics(source: Source, supplies: Supplies) -> MetricsSink:
    return EmfMetrics(source.resource, clock=supplies.clock)
