"""Port: what happened, in numbers."""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal, Protocol, TypeAlias

Counter: TypeAlias = Literal[
    "started", "transition", "completed", "retry", "fatal", "duplicate", "busy", "quarantined", "nacked", "recovered",
    "failover",
]  # fmt: skip
Timer: TypeAlias = Literal["action", "machine"]


class MetricsSink(Protocol):
    """Counters and timings by machine, state and event.  Never a correlation id: dimensions have to be few.

    * No method raises or blocks on a network but `flush`, and `flush` never raises.
    * What was counted before a `flush` is handed on once.
    """

    @abstractmethod
    def count(self, name: Counter, machine: str, state: str = "", event: str = "", value: int = 1) -> None: ...

    @abstractmethod
    def time(self, name: Timer, machine: str, seconds: float, state: str = "", event: str = "") -> None: ...

    @abstractmethod
    def flush(self) -> None: ...
