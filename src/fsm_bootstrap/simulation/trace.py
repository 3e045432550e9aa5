"""What happened: port calls, runs of actions, crashes.  The checkers of the invariants read nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from fsm_ports.instance import Instance
from fsm_ports.messages import Delivery, Outcome, Outgoing
from fsm_ports.results import Committed


class NotReached(Enum):
    """In the place of an effect: the call never reached the back end with this item."""

    NOT_REACHED = "not reached"


NOT_REACHED = NotReached.NOT_REACHED


class Call(NamedTuple):
    """One call of a port, at the moment at which it took effect."""

    number: int
    at: float
    process: str
    port: str
    operation: str
    items: tuple[object, ...]
    """Arguments, one an item."""
    effects: tuple[object, ...]
    """What the back end did, one an item: its own answer, or `NOT_REACHED`."""
    answers: tuple[object, ...]
    """What the caller is told, one an item."""


class Settlement(NamedTuple):
    """An item of a call of `settle`."""

    delivery: Delivery
    outcome: Outcome


class RunBegan(NamedTuple):
    """A worker began to run the actions of one step."""

    number: int
    at: float
    process: str
    correlation_id: str
    step: int
    retries: int
    deadline: float
    context: str
    """Its input."""


class RunEnded(NamedTuple):
    """The same worker came to the end of them."""

    number: int
    at: float
    process: str
    context: str | None
    """Its output; None: it raised."""


class Crashed(NamedTuple):
    """The process is gone."""

    number: int
    at: float
    process: str


class Calm(NamedTuple):
    """From here on nothing goes wrong any more."""

    number: int
    at: float
    process: str = ""


Event: TypeAlias = Call | RunBegan | RunEnded | Crashed | Calm


class Trace:
    """The events in the order in which they took effect."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.latest: dict[str, Instance] = {}
        """The newest version of each record, by correlation id: tells the driver when to stop."""
        self.deliveries = 0
        self.is_calm = False
        """The storm is over."""
        self.definitions: dict[str, frozenset[str]] = {}
        """By process, where two versions of the code are at work: of all machines, as it has them."""

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.is_calm = self.is_calm or isinstance(event, Calm)
        if not isinstance(event, Call):
            return
        if event.operation == "receive":
            self.deliveries += sum(isinstance(effect, Delivery) for effect in event.effects)
        for effect in event.effects:
            if isinstance(effect, Committed):
                self.latest[effect.instance.correlation_id] = effect.instance

    @property
    def next_number(self) -> int:
        return len(self.events)

    def digest(self) -> str:
        """Names the whole trace: equal digests, equal traces."""
        digest = sha256()
        for event in self.events:
            digest.update(repr(event).encode())
        return digest.hexdigest()


def without_receipts(values: Sequence[object]) -> tuple[object, ...]:
    """Claim tokens are opaque, and may show themselves by their address in memory: they stay out of the trace."""
    return tuple(map(_without_receipt, values))


def _without_receipt(value: object) -> object:
    match value:
        case Delivery() | Outgoing():
            return value._replace(receipt=None)
        case Settlement(delivery=delivery):
            return value._replace(delivery=delivery._replace(receipt=None))
        case _:
            return value
