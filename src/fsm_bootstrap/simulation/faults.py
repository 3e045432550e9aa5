"""What may go wrong, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import NamedTuple


class Fate(Enum):
    """What becomes of one item of a call."""

    DONE = "done"
    UNAVAILABLE = "unavailable"
    LOST = "lost"
    """It did not happen, and the caller does not learn so."""
    UNANSWERED = "unanswered"
    """It happened, and the caller does not learn so."""


class Place(Enum):
    """Where a worker can be met."""

    CALL = "call"
    """Before a call of a port; those by which a source hands out and takes back are the service's own."""
    ACTION = "action"


class Once(NamedTuple):
    """One failure in a whole simulation, and nothing besides."""

    place: Place
    among: int
    """It meets one of the first so many, each as likely as the others."""
    fate: Fate | None = None
    """Of the call; None: the process is gone."""


class Outage(NamedTuple):
    """Back ends that do not answer from one moment to another."""

    ports: tuple[str, ...]
    begins: float
    """Seconds after the beginning."""
    lasts: float
    """Seconds."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Probabilities; of a process at each of its turns, of an item at each call."""

    crash: float = 0.0
    """The process is gone at this turn: before a call, after it, or inside an action."""
    stall: float = 0.0
    """The process stands still at this turn, perhaps for longer than its claim lasts: a zombie."""
    longest_stall: float = 90.0
    """Seconds."""
    unavailable: float = 0.0
    """The call did not happen."""
    unknown: float = 0.0
    """The call may have happened: in half of the cases it did."""
    duplicate: float = 0.0
    """A road carries a message twice, under two positions."""
    redeliver: float = 0.0
    """A source hands out what it hands out once more, under the same position, before the claim is over."""
    delay: float = 0.0
    """A road that can hold messages carries one later than asked."""
    longest_delay: float = 20.0
    """Seconds."""
    outage: float = 0.0
    """At each turn of the weather: one of the scenario's fragile back ends goes down."""
    longest_outage: float = 90.0
    """Seconds."""
    skew: float = 0.0
    """Seconds by which each process's clock is ahead of, or behind, the right time at most."""
    jump: float = 0.0
    """Seconds after which each process's clock is set anew; 0: never."""
    lag: float = 0.0
    """Seconds by which what a store is read as may be behind what was written."""
    killed: bool = False
    """An action that takes longer than its function may ends with the process."""
    flush: float = 0.0
    """At each turn of the weather: a lock forgets all that it holds."""
    split: bool = False
    """Locks have fallen in two halves, each of which grants what the other has granted."""
    echo: float = 0.0
    """Seconds after which a road carries everything that it carried once more; 0: never."""
    once: Once | None = None
    outages: tuple[Outage, ...] = ()
    failing: tuple[tuple[str, float], ...] = ()
    """More failures of some back ends: of a port, or of all that are `primary` or `secondary`; half of them did not
    happen, of the other half nobody knows."""

    def kinds(self) -> list[str]:
        """Names of what goes wrong here and could be left out."""
        return [kind for kind in KINDS if getattr(self, kind)]

    def less(self, kinds: Iterable[str]) -> Faults:
        """Without these."""
        return replace(self, **{kind: type(getattr(self, kind))() for kind in kinds})

    def failing_of(self, port: str, rank: str) -> float:
        """How often a call of this port fails beside the others, as a probability."""
        return sum(share for name, share in self.failing if name in (port, rank))


KINDS = tuple(
    field.name for field in fields(Faults) if field.type in ("float", "bool") and not field.name.startswith("longest_")
)
"""Names of the kinds of trouble that a simulation can be run without."""
PRIMARY, SECONDARY = "primary", "secondary"
"""Ranks of back ends."""

CALM = Faults()
"""Nothing goes wrong."""

STORM = Faults(
    crash=0.015, stall=0.01, unavailable=0.05, unknown=0.05, duplicate=0.1, redeliver=0.1, delay=0.1, outage=0.3
)
"""Enough of everything that most machines meet several faults."""
