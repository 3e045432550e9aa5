"""Port: what happened, in numbers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final, Literal, Protocol, TypeAlias

Counter: TypeAlias = Literal[
    "started", "transition", "completed", "retry", "fatal", "duplicate", "busy", "quarantined", "nacked", "recovered",
    "failover", "adopted",
]  # fmt: skip
Timer: TypeAlias = Literal["action", "machine"]

COUNTERS: Final[Mapping[Counter, str]] = {
    "started": "A machine was started by this process. Machine alone.",
    "transition": "A step was committed: state and event that led on. Counted by the process that committed it.",
    "completed": "A machine ended, in this final state. No event.",
    "retry": "An action raised, and is tried again later: state and event of the step that failed.",
    "fatal": "A machine failed for good: its action has no retry left, or an error that no retry can mend.",
    "duplicate": "A message came that an earlier one had overtaken; nothing ran. A few are normal on every queue.",
    "busy": "Another worker held the lease of the step; the message was put off and spent no retry.",
    "quarantined": "A message can never be handled (unknown machine, state or event; unreadable, then without a "
    "machine). It is with the dead letters if a source for them is set.",
    "nacked": "A message goes back to its source unhandled, because a back end did not answer or time ran out; the "
    "source delivers it again.",
    "recovered": "Recovery found a machine that had not moved for too long, and sent its message again.",
    "failover": "Another back end than the first in line took it: a message, with its machine, state and event; or a "
    "lease, an environment or a container, without.",
    "adopted": "A message of another framework was taken over: its record was made at the step that it bears.",
}
"""What each counter counts, and which of machine, state and event it bears where not all three."""

TIMERS: Final[Mapping[Timer, str]] = {
    "action": "Seconds that the actions of one step took, for steps that raised nothing: state and event that led to "
    "it.",
    "machine": "Seconds from the start of a machine to its end, by its final state. No event.",
}
"""What each timer measures."""


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
