"""Figures as documents of the CloudWatch Embedded Metric Format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from fsm_adapters._aws.figures import Kind, Taken

METRICS: Final = 100
"""Metrics that one document may hold."""
VALUES: Final = 100
"""Values that one metric of a document may hold."""

_Values: TypeAlias = dict[str, list[float]]
"""Metric to its values: the sum of a counter, seconds of a timer."""


def documents(taken: Taken, namespace: str, now: float) -> Iterator[str]:
    """All of it as JSON texts of one line; each is one machine, state and event.  `now` is in epoch seconds."""
    for dimensions, values in _by_dimensions(taken).items():
        for some in _parts(values):
            yield _document(namespace, dict(dimensions), some, taken, now)


def _by_dimensions(taken: Taken) -> Mapping[tuple[tuple[str, str], ...], _Values]:
    grouped: dict[tuple[tuple[str, str], ...], _Values] = {}
    for kind, total in taken.counts.items():
        _of(grouped, kind).append(total)
    for kind, times in taken.times.items():
        _of(grouped, kind).extend(seconds for seconds, often in times.items() for _ in range(often))
    return grouped


def _of(grouped: dict[tuple[tuple[str, str], ...], _Values], kind: Kind) -> list[float]:
    return grouped.setdefault(tuple(kind.dimensions.items()), {}).setdefault(kind.name, [])


def _parts(values: _Values) -> Iterator[_Values]:
    """As many documents as the limits ask for."""
    pieces = [
        (name, numbers[first : first + VALUES])
        for name, numbers in values.items()
        for first in range(0, len(numbers), VALUES)
    ]
    while pieces:
        part: _Values = {}
        rest: list[tuple[str, list[float]]] = []
        for name, numbers in pieces:
            if name in part or len(part) >= METRICS:
                rest.append((name, numbers))
            else:
                part[name] = numbers
        yield part
        pieces = rest


def _document(namespace: str, dimensions: dict[str, str], values: _Values, taken: Taken, now: float) -> str:
    timers = {kind.name for kind in taken.times}
    described: Sequence[dict[str, str]] = [
        {"Name": name, "Unit": "Seconds" if name in timers else "Count"} for name in values
    ]
    directive = {"Namespace": namespace, "Dimensions": [list(dimensions)], "Metrics": described}
    metadata = {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": metadata, **dimensions, **values}, separators=(",", ":"))
