"""What the suites of buses, retry schedulers and sources share: a road, from the sender's end to the receiver's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fsm_contract import samples
from fsm_contract.suite import Timed
from fsm_ports import (
    ACK,
    CheckpointStore,
    Delivery,
    EventBus,
    Instance,
    MessageSource,
    Outgoing,
    PortError,
    RetryScheduler,
    Sent,
    Status,
    Unreadable,
)


def _nothing(message: Instance) -> None:
    """The default of `RoadSubject.admit`."""


@dataclass(frozen=True, kw_only=True)
class RoadSubject(Timed):
    """A bus with the source that delivers what the bus took.  A suite tests the one through the other."""

    bus: EventBus
    source: MessageSource
    admit: Callable[[Instance], None] = _nothing
    """Called with each message before it is first sent: makes whatever this road needs before it can bear it.  Where
    the messages are the records of a checkpoint store, it makes the record (`admit_by_commits`)."""
    of_records: bool = False
    """The messages of this road are the records of a checkpoint store: all that is sent for one step may be one
    delivery, it bears the record's position, and what is no record is answered with a `PortError`."""
    carries_waiting: bool = True
    """The road takes the message of a waiting record; else it answers with a `PortError`."""
    alone: bool = False
    """A message whose earlier holder may have died is handed out alone."""
    nack_wait: float = 5.0
    """Seconds that the source may wait after a NACK."""
    spoil: Callable[[str], None] | None = None
    """Puts a text that cannot be decoded on the road; None: the bus takes it as an `Unreadable`."""


@dataclass(frozen=True, kw_only=True)
class RetrySubject(RoadSubject):
    """The same, for a bus that can hold a message back."""

    bus: RetryScheduler


def message(subject: RoadSubject, correlation_id: str, step: int = 0) -> Instance:
    """A message that the road is ready for."""
    made = samples.record(correlation_id, subject.clock.now(), step)
    subject.admit(made)
    return made


def send(subject: RoadSubject, *messages: Instance, not_before: float = 0.0) -> Sequence[Sent]:
    """Sends, as the message's own `not_before` says or at the time given."""
    return subject.bus.send([Outgoing(m, not_before or m.not_before) for m in messages])


def receive(subject: RoadSubject, count: int, held: float = 0.0, limit: int = 100) -> list[Delivery]:
    """Deliveries until there are `count` of them, or no more come; each is held for `held` seconds, or one unit.

    A count of 0 looks once: for a test that expects nothing, and must not wait until there is something.
    """
    end = subject.clock.now() + (subject.patience if count else 0.0)
    got: list[Delivery] = []
    while True:
        batch = subject.source.receive(limit, subject.clock.now() + (held or subject.unit))
        assert not isinstance(batch, PortError), f"receive answered {batch!r}"
        got += batch
        if len(got) >= count or (not batch and subject.clock.now() >= end):
            return got
        if not batch:
            subject.pass_time(subject.look_every)


def take(subject: RoadSubject, count: int) -> list[Delivery]:
    """Deliveries as `receive` gives them, then acknowledged; what is left on the road stays there."""
    got: list[Delivery] = []
    while len(got) < count and (batch := receive(subject, 1)):
        assert list(subject.source.settle(batch, [ACK] * len(batch))) == [None] * len(batch)
        got += batch
    return got


def ids(deliveries: Sequence[Delivery]) -> list[str]:
    """The correlation ids delivered, sorted, each once: a road may deliver twice."""
    return sorted({d.message.correlation_id for d in deliveries if isinstance(d.message, Instance)})


def spoil(subject: RoadSubject, text: str) -> None:
    if subject.spoil is None:
        assert list(subject.bus.send([Outgoing(Unreadable(text, "cut off"))])) == [None]
    else:
        subject.spoil(text)


def discard(source: MessageSource, time: Timed) -> list[Delivery]:
    """Receives and acknowledges all that is due; gives what it was."""
    gone: list[Delivery] = []
    while batch := source.receive(100, time.clock.now() + time.unit):
        assert not isinstance(batch, PortError), f"receive answered {batch!r}"
        source.settle(batch, [ACK] * len(batch))
        gone += batch
    return gone


def admit_by_commits(store: CheckpointStore, source: MessageSource, time: Timed) -> Callable[[Instance], None]:
    """An `admit` for roads of records: makes the message's record, and takes what that emits off the road."""

    def admit(message: Instance) -> None:
        status = message.status if message.status is Status.WAITING else Status.RUNNING
        bare = message._replace(status=status, retries=0, position="", not_before=0.0, error=None)
        for commit in samples.steps_to(bare):
            store.commit([commit])
        discard(source, time)

    return admit
