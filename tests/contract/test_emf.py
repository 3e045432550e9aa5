"""Metrics as log lines keep the contract of their port, and the CloudWatch Embedded Metric Format."""

from __future__ import annotations

import json
import logging
import math
from collections import Counter as Tally
from collections.abc import Iterator
from typing import TypedDict, cast, get_args

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from fsm_adapters.emf.metrics_sink import EmfMetrics
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import Measured, MetricsSinkContract, MetricsSubject
from fsm_ports.errors import PortMisconfigured
from fsm_ports.metrics_sink import Timer

NAMESPACE = "fsm/tests"
NOW = 1_700_000_000.25


class Directive(TypedDict):
    Namespace: str
    Dimensions: list[list[str]]
    Metrics: list[dict[str, str]]


class Metadata(TypedDict):
    Timestamp: int
    CloudWatchMetrics: list[Directive]


class Log:
    """Standard output, as CloudWatch Logs reads it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.down = False

    def write(self, text: str) -> None:
        if self.down:
            raise BrokenPipeError("broken pipe")
        self.lines.append(text)

    def fail(self) -> None:
        self.down = True

    @property
    def measured(self) -> list[Measured]:
        return [figure for line in self.lines for figure in extracted(line)]


def extracted(line: str) -> Iterator[Measured]:
    """The metrics that CloudWatch makes of a line; what is not as the format says fails the test."""
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert len(line.encode()) <= 256_000
    document: dict[str, object] = json.loads(line, parse_constant=_refuse)
    metadata = cast("Metadata", document["_aws"])
    assert metadata["Timestamp"] == int(NOW * 1000)
    (directive,) = metadata["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert 1 <= len(directive["Metrics"]) <= 100
    (dimensions,) = directive["Dimensions"]
    assert len(dimensions) <= 30
    kind = {name: str(document[name]) for name in dimensions}
    assert all(1 <= len(value) <= 1024 and value.isascii() and value.isprintable() for value in kind.values())
    machine, state, event = (kind.get(name, "") for name in ("machine_name", "current_state", "current_event"))
    for metric in directive["Metrics"]:
        values = cast("list[float]", document[metric["Name"]])
        assert metric["Unit"] == ("Seconds" if metric["Name"] in get_args(Timer) else "Count")
        assert 1 <= len(values) <= 100
        yield from (Measured(metric["Name"], machine, state, event, value) for value in values)


def _refuse(constant: str) -> float:
    raise AssertionError(f"{constant} is no JSON")


def sink_and_log() -> tuple[EmfMetrics, Log]:
    log = Log()
    return EmfMetrics(NAMESPACE, clock=VirtualClock(NOW), write=log.write), log


class TestEmfMetrics(MetricsSinkContract):
    adapter = EmfMetrics

    @pytest.fixture
    def subject(self) -> MetricsSubject:
        sink, log = sink_and_log()
        return MetricsSubject(sink=sink, handed_on=lambda: log.measured, fail=log.fail)


def by_powertools(dimensions: dict[str, str], *figures: tuple[str, MetricUnit, float]) -> object:
    """What another implementation of the format makes of the same figures."""
    oracle = EphemeralMetrics(namespace=NAMESPACE)
    for name, value in dimensions.items():
        oracle.add_dimension(name, value)
    for metric, unit, figure in figures:
        oracle.add_metric(metric, unit, figure)
    made = dict(oracle.serialize_metric_set())  # pyright: ignore[reportUnknownMemberType] - bare dicts in its signature
    cast("Metadata", made["_aws"])["Timestamp"] = int(NOW * 1000)
    return made


def test_a_document_is_the_one_that_powertools_makes_of_the_same_figures() -> None:
    sink, log = sink_and_log()
    sink.count("retry", "orders", "charge", "paid", 3)
    sink.time("action", "orders", 0.25, "charge", "paid")
    sink.time("action", "orders", 0.5, "charge", "paid")
    sink.flush()
    dimensions = {"machine_name": "orders", "current_state": "charge", "current_event": "paid"}
    expected = by_powertools(
        dimensions,
        ("retry", MetricUnit.Count, 3),
        ("action", MetricUnit.Seconds, 0.25),
        ("action", MetricUnit.Seconds, 0.5),
    )
    assert [json.loads(line) for line in log.lines] == [expected]


def test_a_figure_without_a_machine_has_no_dimension_as_powertools_writes_it() -> None:
    sink, log = sink_and_log()
    sink.count("quarantined", "")
    sink.flush()
    assert [json.loads(line) for line in log.lines] == [by_powertools({}, ("quarantined", MetricUnit.Count, 1))]


def test_more_than_100_values_are_spread_over_documents() -> None:
    sink, log = sink_and_log()
    for n in range(201):
        sink.time("action", "orders", n / 8, "charge", "paid")
    for _ in range(101):
        sink.time("machine", "orders", 60.0)
    sink.count("retry", "orders", "charge", "paid")
    sink.flush()
    assert len(log.lines) == 3 + 2
    assert Tally(log.measured) == Tally(
        [Measured("action", "orders", "charge", "paid", n / 8) for n in range(201)]
        + [Measured("machine", "orders", "", "", 60.0)] * 101
        + [Measured("retry", "orders", "charge", "paid", 1)]
    )


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, 2.0**361])
def test_what_cloudwatch_would_refuse_is_left_out_and_told(seconds: float, caplog: pytest.LogCaptureFixture) -> None:
    sink, log = sink_and_log()
    sink.time("action", "orders", seconds)
    sink.time("action", "orders", 0.5)
    sink.flush()
    assert log.measured == [Measured("action", "orders", "", "", 0.5)]
    assert ["1 metrics dropped" in record.getMessage() for record in caplog.records] == [True]


def test_dimensions_are_what_cloudwatch_takes_and_a_long_one_is_cut() -> None:
    sink, log = sink_and_log()
    sink.count("retry", "objednávka\n", "漢" * 600, "   ")
    sink.flush()
    (measured,) = log.measured
    assert measured == Measured("retry", "objedn\\xe1vka\\n", ("\\u6f22" * 600)[:1024], "", 1)


def test_a_line_that_could_not_be_written_is_told_to_the_log_and_not_written_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sink, log = sink_and_log()
    log.fail()
    sink.count("retry", "orders")
    sink.count("retry", "returns")
    sink.flush()
    assert "2 metrics dropped: BrokenPipeError" in caplog.text
    log.down = False
    sink.flush()
    assert log.lines == []


def test_a_log_handler_that_raises_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("no space left on device")

    logger, handler = logging.getLogger("fsm_adapters.emf.metrics_sink"), Broken()
    sink, log = sink_and_log()
    log.fail()
    sink.count("retry", "orders")
    logger.addHandler(handler)
    try:
        sink.flush()
    finally:
        logger.removeHandler(handler)
    assert log.lines == []


def test_lines_go_to_standard_output_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    sink = EmfMetrics(NAMESPACE, clock=VirtualClock(NOW))
    sink.count("started", "orders")
    sink.flush()
    assert list(extracted(capsys.readouterr().out)) == [Measured("started", "orders", "", "", 1)]


@pytest.mark.parametrize("namespace", ["", " ", "AWS/Lambda", ":fsm", "f" * 256, "fsm?", "fsm\n", "žluť"])
def test_a_namespace_that_cloudwatch_refuses_is_refused_at_the_start(namespace: str) -> None:
    with pytest.raises(PortMisconfigured, match="namespace of CloudWatch"):
        EmfMetrics(namespace, clock=VirtualClock())
