"""What a schedule is made of: who goes on, what befalls him, and how much may still go wrong."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Self

from fsm_bootstrap.simulation.faults import Fate


class Event(Enum):
    """What happens at one point of a schedule, beside that somebody goes on."""

    GOES = ""
    """His call is made and answered."""
    UNAVAILABLE = "unavailable"
    LOST = "lost"
    UNANSWERED = "unanswered"
    """The three ways in which a call fails, as `Fate` has them."""
    TWICE = "twice"
    """What he sends is carried twice, under two positions."""
    TWICE_UNANSWERED = "twice-unanswered"
    AGAIN = "again"
    """What he is handed is handed out to another, too, under the same position."""
    RAISES = "raises"
    """His action fails."""
    CRASH = "crash"
    """He is gone; another with nothing in mind takes his place."""
    STANDS = "stands"
    """He stands still while time passes, and may outlive his claim: what he holds is handed out to another, too."""


class Budget(NamedTuple):
    """What may still happen in a schedule.  More of everything allows whatever less allows."""

    crashes: int = 1
    duplicates: int = 1
    """Messages that are carried twice, handed out twice, or handed out again because their holder stands still."""
    failures: int = 1
    """Calls that fail or lose their answer, and actions that raise."""
    faults: int = 3
    """Of the three together."""
    preemptions: int = 1
    """Turns that a worker takes although the other is in the middle of his; that one who stood still goes on costs
    none."""

    def pays(self, event: Event, *, preempts: bool) -> Self | None:
        """What is left after it; None: it costs too much."""
        price = PRICES[event]
        left = self._replace(
            crashes=self.crashes - price.crashes, duplicates=self.duplicates - price.duplicates,
            failures=self.failures - price.failures, faults=self.faults - sum(price),
            preemptions=self.preemptions - preempts,
        )  # fmt: skip
        return left if min(left) >= 0 else None

    def covers(self, other: Self) -> bool:
        return all(mine >= its for mine, its in zip(self, other, strict=True))


class Price(NamedTuple):
    crashes: int = 0
    duplicates: int = 0
    failures: int = 0


PRICES = {
    Event.GOES: Price(),
    Event.UNAVAILABLE: Price(failures=1),
    Event.LOST: Price(failures=1),
    Event.UNANSWERED: Price(failures=1),
    Event.TWICE: Price(duplicates=1),
    Event.TWICE_UNANSWERED: Price(duplicates=1, failures=1),
    Event.AGAIN: Price(duplicates=1),
    Event.RAISES: Price(failures=1),
    Event.CRASH: Price(crashes=1),
    Event.STANDS: Price(duplicates=1),
}

FATES = {
    Event.UNAVAILABLE: Fate.UNAVAILABLE,
    Event.LOST: Fate.LOST,
    Event.UNANSWERED: Fate.UNANSWERED,
    Event.TWICE_UNANSWERED: Fate.UNANSWERED,
}
"""Of the call that is made; `Fate.DONE` where nothing is said."""

ACTION = "action"
"""In the place of a call: the worker is inside an action."""
_SEND = (Event.UNAVAILABLE, Event.LOST, Event.UNANSWERED, Event.TWICE, Event.TWICE_UNANSWERED)
_OF_OPERATIONS = {
    "receive": (Event.UNANSWERED, Event.AGAIN),  # one that does not take place is none
    "send": _SEND,
    "read": (Event.UNAVAILABLE, Event.UNANSWERED),
    "settle": (Event.UNAVAILABLE,),  # nobody asks what became of it
    "release": (Event.UNAVAILABLE,),
}
_OF_ANY = (Event.UNAVAILABLE, Event.LOST, Event.UNANSWERED)


def events_of(call: str, *, fragile: bool) -> tuple[Event, ...]:
    """What may happen where a worker is about to make that call, `port.operation`."""
    if call == ACTION:
        return (Event.GOES, Event.RAISES, Event.CRASH, Event.STANDS)
    operation = call.partition(".")[2]
    fates = _OF_OPERATIONS.get(operation, _OF_ANY) if fragile else ()
    return (Event.GOES, *fates, *((Event.CRASH, Event.STANDS) if operation != "receive" else ()))


class Choice(NamedTuple):
    """One of those that there are at a point of a schedule."""

    worker: int | None
    """None: nobody goes on, and the clock jumps to the next moment at which something is due."""
    event: Event = Event.GOES
    source: int | None = None
    """Who has nothing in hand polls this one."""

    def __str__(self) -> str:
        if self.worker is None:
            return "time"
        polls = "" if self.source is None else str(self.source)
        return f"{'ab'[self.worker]}{polls}{':' if self.event.value else ''}{self.event.value}"
