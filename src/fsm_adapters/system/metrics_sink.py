"""The port MetricsSink without a service: into the log, or nowhere."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from threading import Lock
from typing import NamedTuple

from fsm_ports.metrics_sink import Counter, MetricsSink, Timer

_log = logging.getLogger("fsm.metrics")


class _Kind(NamedTuple):
    name: str
    machine: str
    state: str
    event: str


class LogMetrics(MetricsSink):
    """One line a flush, at level INFO of the logger ``fsm.metrics``; nothing happened, no line.

    The line is JSON: ``{"counters": [{"name", "machine", "state", "event", "value"}, ...], "timers": [{"name",
    "machine", "state", "event", "seconds": [...]}, ...]}``.  State and event are left out where they are empty.
    """

    def __init__(self) -> None:
        self._counts: dict[_Kind, int] = {}
        self._times: dict[_Kind, list[float]] = {}
        self._lock = Lock()

    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        kind = _Kind(name, machine, state, event)
        with self._lock:
            self._counts[kind] = self._counts.get(kind, 0) + value

    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None:
        with self._lock:
            self._times.setdefault(_Kind(name, machine, state, event), []).append(seconds)

    def flush(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, {}
            times, self._times = self._times, {}
        if not (counts or times) or not _log.isEnabledFor(logging.INFO):
            return
        line = {
            "counters": [{**_dimensions(kind), "value": value} for kind, value in counts.items()],
            "timers": [{**_dimensions(kind), "seconds": seconds} for kind, seconds in times.items()],
        }
        with suppress(Exception):  # from a log handler of the user's: no machine fails for want of a metric
            _log.info("%s", json.dumps(line))


def _dimensions(kind: _Kind) -> dict[str, object]:
    return {name: value for name, value in kind._asdict().items() if value}


class NoMetrics(MetricsSink):
    """Forgets everything."""

    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None:
        pass

    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None:
        pass

    def flush(self) -> None:
        pass
