"""What CloudWatch is asked."""

from __future__ import annotations

import logging
import math

import pytest

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.cloudwatch.metrics_sink import CloudWatchMetrics
from fsm_adapters.system.clock import VirtualClock
from fsm_ports.errors import PortMisconfigured
from tests.unit.fsm_adapters.cloudwatch.bench import SOURCE, Bench, at
from tests.unit.fsm_adapters.scripted_aws import silent


def test_a_counter_is_one_sum_and_a_timer_its_values_with_how_often_they_came() -> None:
    bench = Bench()
    bench.sink.count("retry", "orders", "charge", "paid", 2)
    bench.sink.count("retry", "orders", "charge", "paid")
    for seconds in (0.5, 0.25, 0.5):
        bench.sink.time("machine", "orders", seconds)
    bench.sink.flush()
    orders = {"Name": "machine_name", "Value": "orders"}
    place = [orders, {"Name": "current_state", "Value": "charge"}, {"Name": "current_event", "Value": "paid"}]
    when = at(bench.clock)
    assert bench.service.of("PutMetricData")[0]["MetricData"] == [
        {"MetricName": "retry", "Dimensions": place, "Timestamp": when, "Value": 3.0, "Unit": "Count"},
        {
            "MetricName": "machine",
            "Dimensions": [orders],
            "Timestamp": when,
            "Values": [0.5, 0.25],
            "Counts": [2.0, 1.0],
            "Unit": "Seconds",
        },
    ]
    assert bench.service.of("PutMetricData")[0]["Namespace"] == "fsm"


def test_more_than_150_different_values_are_several_data() -> None:
    bench = Bench()
    for n in range(301):
        bench.sink.time("action", "orders", float(n))
    bench.sink.flush()
    (call,) = bench.calls
    assert [len(datum["Values"]) for datum in call] == [150, 150, 1]
    assert [value for datum in call for value in datum["Values"]] == [float(n) for n in range(301)]


def test_a_call_bears_at_most_1000_metrics() -> None:
    bench = Bench()
    bench.count(*(f"m{n}" for n in range(2001)))
    assert [len(call) for call in bench.calls] == [1000, 1000, 1]
    assert len({name for call in bench.names for name in call}) == 2001


def test_a_call_bears_at_most_1_mb() -> None:
    bench = Bench()
    for n in range(300):
        for value in range(150):
            bench.sink.time("action", f"m{n}", value + math.pi, "ž" * 100, "%" * 300)
    bench.sink.flush()
    assert len(bench.service.bodies) > 1
    assert max(bench.service.bodies) <= 1_000_000
    assert sum(len(datum["Values"]) for call in bench.calls for datum in call) == 300 * 150


def test_nothing_counted_is_no_call() -> None:
    bench = Bench()
    bench.sink.flush()
    assert bench.calls == []


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, 2.0**361])
def test_what_is_no_number_for_cloudwatch_is_not_sent(seconds: float, caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.sink.time("action", "orders", seconds)
    bench.sink.count("retry", "orders", value=2**361)
    bench.sink.count("started", "orders")
    bench.sink.flush()
    assert [[datum["MetricName"] for datum in call] for call in bench.calls] == [["started"]]
    assert "2 metrics dropped" in caplog.text


def test_a_request_that_the_client_itself_refuses_raises_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench()
    monkeypatch.setattr(bench.sink, "_namespace", None)
    bench.count("orders")
    assert "1 metrics dropped: " in caplog.text
    assert "ParamValidationError" in caplog.text


def test_a_client_that_cannot_be_made_raises_nothing_and_keeps_the_figures(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    make = AwsClients("us-east-1", endpoint_url="no url").cloudwatch()
    sink = CloudWatchMetrics(make, "fsm", source=SOURCE, clock=bench.clock)
    sink.count("started", "orders")
    sink.flush()
    assert "no url" in caplog.text
    assert "dropped" not in caplog.text


def test_a_log_handler_that_raises_stops_nobody() -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("no space left on device")

    bench, logger, handler = Bench(), logging.getLogger("fsm_adapters.cloudwatch.metrics_sink"), Broken()
    bench.service.now(silent())
    logger.addHandler(handler)
    try:
        bench.count("orders")
    finally:
        logger.removeHandler(handler)
    assert len(bench.calls) == 1


@pytest.mark.parametrize("namespace", ["", "AWS/Lambda", ":fsm", "f" * 256])
def test_a_namespace_that_cloudwatch_refuses_is_refused_at_the_start(namespace: str) -> None:
    with pytest.raises(PortMisconfigured, match="namespace of CloudWatch"):
        CloudWatchMetrics(AwsClients().cloudwatch(), namespace, source=SOURCE, clock=VirtualClock())
