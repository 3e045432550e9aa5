"""A sink of CloudWatch metrics, and the service that it talks to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NotRequired, TypedDict, cast

from fsm_adapters.cloudwatch.metrics_sink import CloudWatchMetrics
from fsm_adapters.system.clock import VirtualClock
from tests.unit.fsm_adapters.scripted_aws import cloudwatch

SOURCE = "arn:aws:cloudwatch:us-east-1:123456789012:fsm"


class Datum(TypedDict):
    MetricName: str
    Dimensions: list[dict[str, str]]
    Timestamp: str
    Unit: str
    Value: NotRequired[float]
    Values: list[float]
    Counts: NotRequired[list[float]]


class Bench:
    """A sink, and the service that it talks to."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        make, self.service = cloudwatch()
        self.sink = CloudWatchMetrics(make, "fsm", source=SOURCE, clock=self.clock)

    @property
    def calls(self) -> list[list[Datum]]:
        return [cast("list[Datum]", asked["MetricData"]) for asked in self.service.of("PutMetricData")]

    @property
    def names(self) -> list[list[str]]:
        """The machines that each call was about."""
        return [[datum["Dimensions"][0]["Value"] for datum in call] for call in self.calls]

    def count(self, *machines: str) -> None:
        for machine in machines:
            self.sink.count("started", machine)
        self.sink.flush()


def at(clock: VirtualClock) -> str:
    return str(datetime.fromtimestamp(clock.now(), UTC))
