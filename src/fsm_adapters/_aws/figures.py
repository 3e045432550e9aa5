"""Figures on their way to CloudWatch: added up until a flush, named and dimensioned alike by call and by log line."""

from __future__ import annotations

import re
from collections import Counter as Tally
from collections.abc import Mapping
from threading import Lock
from typing import Final, NamedTuple

from fsm_ports.errors import PortMisconfigured
from fsm_ports.metrics_sink import Counter, Timer

MACHINE: Final = "machine_name"
STATE: Final = "current_state"
EVENT: Final = "current_event"
"""All the dimensions there are.  They bear the names that releases before 0.1 gave them, so that dashboards go on."""

_NAMESPACE = re.compile(r"(?!AWS/)(?!:)[\w.\-/#: ]{1,255}", re.ASCII)
_LARGEST: Final = 2.0**360
"""CloudWatch refuses what is larger; a comparison with it refuses NaN too."""
_DIMENSION: Final = 1024
"""Characters that CloudWatch takes as the value of a dimension."""


class Kind(NamedTuple):
    """What is added up together."""

    name: Counter | Timer
    machine: str
    state: str
    event: str

    @property
    def dimensions(self) -> dict[str, str]:
        """Name to value, each as CloudWatch takes it; what is empty is left out."""
        named = {MACHINE: self.machine, STATE: self.state, EVENT: self.event}
        return {name: _plain(value) for name, value in named.items() if value.strip()}


class Taken(NamedTuple):
    """What had come together when it was taken."""

    counts: Mapping[Kind, int]
    times: Mapping[Kind, Mapping[float, int]]
    """Seconds, and how often they occurred."""
    unfit: int
    """Figures that were no numbers that CloudWatch takes, and are lost."""


class Figures:
    """Counts added up and timings told apart, by kind; threads may share it."""

    def __init__(self) -> None:
        self._counts: dict[Kind, int] = {}
        self._times: dict[Kind, Tally[float]] = {}
        self._unfit = 0
        self._lock = Lock()

    def count(self, kind: Kind, value: int) -> None:
        with self._lock:
            total = self._counts.get(kind, 0) + value
            if abs(total) <= _LARGEST:
                self._counts[kind] = total
            else:
                self._unfit += 1

    def time(self, kind: Kind, seconds: float) -> None:
        with self._lock:
            if abs(seconds) <= _LARGEST:
                self._times.setdefault(kind, Tally())[float(seconds)] += 1
            else:
                self._unfit += 1

    def take(self) -> Taken:
        """All there is; begin anew."""
        with self._lock:
            taken = Taken(self._counts, self._times, self._unfit)
            self._counts, self._times, self._unfit = {}, {}, 0
        return taken


def checked_namespace(namespace: str) -> str:
    """The namespace, if CloudWatch takes it.

    Raises:
        PortMisconfigured: it does not.
    """
    if not namespace.strip() or not _NAMESPACE.fullmatch(namespace):
        raise PortMisconfigured(
            f"{namespace!r} is no namespace of CloudWatch: give 1 to 255 letters, digits, blanks and ._-/#: that begin "
            "with neither a colon nor AWS/"
        )
    return namespace


def _plain(value: str) -> str:
    """ASCII without control characters, as dimensions have to be; what is neither is written as Python escapes it."""
    return value.encode("unicode_escape").decode("ascii")[:_DIMENSION]
