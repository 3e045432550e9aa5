"""``cloudwatch://NAMESPACE`` or ``arn:aws:cloudwatch:REGION:ACCOUNT:NAMESPACE``: CloudWatch through PutMetricData."""

from __future__ import annotations

from fsm_adapters.cloudwatch.metrics_sink import CloudWatchMetrics
from fsm_bootstrap.aws import clients
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.metrics_sink import MetricsSink


def metrics(source: Source, supplies: Supplies) -> MetricsSink:
    client = clients(source, supplies).cloudwatch(source.region)
    return CloudWatchMetrics(client, source.resource, source=source, clock=supplies.clock)
