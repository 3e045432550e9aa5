"""Figures as the data of PutMetricData."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from fsm_adapters._aws.figures import Kind, Taken

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDatumTypeDef

VALUES: Final = 150
"""Different values that one datum may hold."""

_DATUM, _DIMENSION, _VALUE = 300, 130, 130
"""Bytes of a datum, of a dimension without its text and of a value with its count, in the longest of the protocols that
botocore may choose: every one of them repeats ``MetricData.member.1000.Values.member.150=``."""


class Waiting(NamedTuple):
    """A datum that has yet to be delivered."""

    since: float
    """Epoch seconds."""
    bytes: int
    """In a request, at most."""
    datum: MetricDatumTypeDef


def waiting(taken: Taken, now: float) -> list[Waiting]:
    """All of it as of `now` (epoch seconds)."""
    when = datetime.fromtimestamp(now, UTC)
    made = [_counter(kind, total, when) for kind, total in taken.counts.items()]
    for kind, times in taken.times.items():
        made += _timers(kind, times, when)
    return [Waiting(now, _size(datum), datum) for datum in made]


def _size(datum: MetricDatumTypeDef) -> int:
    dimensions = datum.get("Dimensions", ())
    text = sum(len(dimension["Value"]) for dimension in dimensions)
    # A character may become three: %20.
    return _DATUM + _DIMENSION * len(dimensions) + 3 * text + _VALUE * len(datum.get("Values", ()))


def _counter(kind: Kind, total: int, when: datetime) -> MetricDatumTypeDef:
    return {
        "MetricName": kind.name,
        "Dimensions": _dimensions(kind),
        "Timestamp": when,
        "Value": float(total),
        "Unit": "Count",
    }


def _timers(kind: Kind, times: Mapping[float, int], when: datetime) -> Iterator[MetricDatumTypeDef]:
    rest = iter(times.items())
    while part := list(islice(rest, VALUES)):
        yield {
            "MetricName": kind.name,
            "Dimensions": _dimensions(kind),
            "Timestamp": when,
            "Values": [seconds for seconds, _ in part],
            "Counts": [float(times) for _, times in part],
            "Unit": "Seconds",
        }


def _dimensions(kind: Kind) -> Sequence[DimensionTypeDef]:
    return [{"Name": name, "Value": value} for name, value in kind.dimensions.items()]
