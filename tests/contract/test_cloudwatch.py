"""The metrics sink of CloudWatch keeps the contract of its port, on moto and on ministack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast
from uuid import uuid4

import pytest
from botocore.exceptions import EndpointConnectionError

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.cloudwatch.metrics_sink import CloudWatchMetrics
from fsm_contract import Measured, MetricsSinkContract, MetricsSubject
from tests.backends.aws import clients
from tests.backends.backend import Backend

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDatumTypeDef

SOURCE = "arn:aws:cloudwatch:us-east-1:123456789012:fsm"
HOUR = 3600.0
NAMES = ("machine_name", "current_state", "current_event")


class Statistics(NamedTuple):
    """What CloudWatch says of one metric."""

    total: float
    samples: float
    least: float
    most: float


class Received:
    """What CloudWatch has taken of one namespace."""

    def __init__(self, client: CloudWatchClient, backend: Backend) -> None:
        self.client, self._backend, self.namespace = client, backend, f"fsm-{uuid4().hex}"
        self.down = False
        self._asked: list[MetricDatumTypeDef] = []
        self._taken: list[MetricDatumTypeDef] = []

    @property
    def hooks(self) -> Mapping[str, Callable[..., None]]:
        return {
            "provide-client-params.cloudwatch.PutMetricData": self._ask,
            "before-send.cloudwatch.PutMetricData": self._send,
            "after-call.cloudwatch.PutMetricData": self._take,
        }

    def measured(self) -> Sequence[Measured]:
        """What the requests said that CloudWatch took, one by one; what it has made of them must agree."""
        by_kind: defaultdict[Measured, list[float]] = defaultdict(list)
        for datum in self._taken:
            named = {each["Name"]: each["Value"] for each in datum.get("Dimensions", ())}
            machine, state, event = (named.get(name, "") for name in NAMES)
            by_kind[Measured(datum["MetricName"], machine, state, event, 0)] += _values(datum)
        for kind in by_kind:
            values = [value for other in by_kind if self._finds(kind, other) for value in by_kind[other]]
            expected = Statistics(sum(values), len(values), min(values), max(values))
            assert self.statistics(kind) == pytest.approx(expected)
        return [kind._replace(value=value) for kind, values in by_kind.items() for value in values]

    def statistics(self, of: Measured) -> Statistics:
        dimensions: list[DimensionTypeDef] = [
            {"Name": name, "Value": value} for name, value in zip(NAMES, of[1:4], strict=True) if value
        ]
        now = self._backend.clock.now()
        points = self.client.get_metric_statistics(
            Namespace=self.namespace,
            MetricName=of.name,
            Dimensions=dimensions,
            StartTime=datetime.fromtimestamp(now - HOUR, UTC),
            EndTime=datetime.fromtimestamp(now + HOUR, UTC),
            Period=60,
            Statistics=["Sum", "SampleCount", "Minimum", "Maximum"],
        )["Datapoints"]
        return Statistics(
            sum(point.get("Sum", 0) for point in points),
            sum(point.get("SampleCount", 0) for point in points),
            min(point.get("Minimum", 0) for point in points),
            max(point.get("Maximum", 0) for point in points),
        )

    def _finds(self, asked: Measured, other: Measured) -> bool:
        """Who asks for the one gets the other too: moto looks at the dimensions that it is given, and at no others."""
        if self._backend.name != "moto":
            return asked == other
        return all(mine in ("", its) for mine, its in zip(asked[:4], other[:4], strict=True))

    def fail(self) -> None:
        self.down = True

    def _ask(self, params: Mapping[str, object], **_: object) -> None:
        self._asked = cast("list[MetricDatumTypeDef]", params["MetricData"])

    def _send(self, **_: object) -> None:
        if self.down:
            raise EndpointConnectionError(endpoint_url="http://localhost:1")

    def _take(self, **_: object) -> None:
        self._taken += self._asked


def _values(datum: MetricDatumTypeDef) -> list[float]:
    if "Value" in datum:
        return [datum["Value"]]
    often = zip(datum.get("Values", ()), datum.get("Counts", ()), strict=True)
    return [value for value, times in often for _ in range(int(times))]


@cache
def shared(backend: Backend) -> AwsClients:
    """Clients are dear to make."""
    return clients(backend)


@pytest.fixture
def received(aws: Backend) -> Iterator[Received]:
    client = shared(aws).cloudwatch()()
    received = Received(client, aws)
    for event, hook in received.hooks.items():
        client.meta.events.register(event, hook)
    yield received
    for event, hook in received.hooks.items():
        client.meta.events.unregister(event, hook)


@pytest.fixture
def sink(received: Received, aws: Backend) -> CloudWatchMetrics:
    return CloudWatchMetrics(lambda: received.client, received.namespace, source=SOURCE, clock=aws.clock)


class TestCloudWatchMetrics(MetricsSinkContract):
    adapter = CloudWatchMetrics

    @pytest.fixture
    def subject(self, sink: CloudWatchMetrics, received: Received) -> MetricsSubject:
        return MetricsSubject(sink=sink, handed_on=received.measured, fail=received.fail)


def test_values_of_a_timer_that_fill_several_data_arrive_whole(sink: CloudWatchMetrics, received: Received) -> None:
    for n in range(400):
        sink.time("action", "orders", n / 8, "charge", "paid")
    sink.flush()
    assert len(received.measured()) == 400


def test_what_could_not_be_delivered_arrives_once_when_cloudwatch_is_back(
    sink: CloudWatchMetrics, received: Received
) -> None:
    received.fail()
    sink.count("retry", "orders", value=2)
    sink.flush()
    received.down = False
    sink.count("retry", "orders")
    sink.flush()
    sink.flush()
    assert received.statistics(Measured("retry", "orders", "", "", 0)) == Statistics(3, 2, 1, 2)


def test_dimensions_of_any_text_are_taken(sink: CloudWatchMetrics, received: Received) -> None:
    sink.count("retry", "objednávka\n", "  ", "漢" * 600)
    sink.flush()
    (measured,) = received.measured()
    assert measured.machine == "objedn\\xe1vka\\n"
