"""A queue in memory: event bus, retry scheduler and message source."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from threading import Lock
from typing import NamedTuple

from fsm_adapters._wire.message import decode, encode
from fsm_adapters.memory.shelf import Entry, Shelf
from fsm_adapters.memory.sizes import too_large
from fsm_ports import (
    ACK,
    Clock,
    Defer,
    Delivery,
    Message,
    MessageSource,
    Outcome,
    Outgoing,
    PortError,
    PortRejected,
    RetryScheduler,
    Sent,
)


class UnderWay(NamedTuple):
    """A message that a queue holds."""

    at: float
    """Epoch seconds at which it may be delivered next."""
    position: str
    """As every delivery of it bears it."""
    text: str
    """The message, encoded."""


class MemoryQueue(RetryScheduler, MessageSource):
    """Like an SQS queue: delay, visibility, receive count, and dead letters after so many receives.

    A message that was received `max_receives` times goes to `dead_letters` instead of being delivered once more.
    A message whose holder may have died comes among others.  After a NACK a message waits `nack_wait` seconds.
    """

    def __init__(
        self,
        clock: Clock,
        name: str = "memory",
        max_delay: float = 900.0,
        max_receives: int = 10**9,
        dead_letters: list[Message] | None = None,
        max_bytes: int = 1_048_576,
        nack_wait: float = 1.0,
    ) -> None:
        self.max_delay, self.max_bytes = max_delay, max_bytes
        self.dead_letters: list[Message] = [] if dead_letters is None else dead_letters
        self._clock, self._name, self._max_receives, self._nack_wait = clock, name, max_receives, nack_wait
        self._shelf, self._keys, self._lock = Shelf(), itertools.count(1), Lock()

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        with self._lock:
            now = self._clock.now()
            return [self._send(outgoing, now) for outgoing in messages]

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        with self._lock:
            now = self._clock.now()
            found: list[tuple[Hashable, Entry]] = []
            while len(found) < limit and (due := self._shelf.first_due(now)):
                key, entry = due
                if entry.received < self._max_receives:
                    self._shelf.take(key)
                    found.append(due)
                else:
                    self._shelf.discard(key)
                    self.dead_letters.append(decode(entry.text))
            return [self._deliver(key, entry, visible_until) for key, entry in found]

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        with self._lock:
            held = [self._shelf.extend(delivery.receipt, visible_until) for delivery in deliveries]
        return [None if holds else PortRejected("the claim is lost", self._name) for holds in held]

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        with self._lock:
            for delivery, outcome in zip(deliveries, outcomes, strict=True):
                if outcome is ACK:
                    self._shelf.forget(delivery.receipt)
                else:
                    soon = self._clock.now() + self._nack_wait
                    self._shelf.free(delivery.receipt, outcome.until if isinstance(outcome, Defer) else soon)
        return [None] * len(deliveries)

    def next_at(self) -> float | None:
        """When it may deliver next, in epoch seconds; None: it is empty.  For tests, which move their clock there."""
        with self._lock:
            return self._shelf.next_at()

    def under_way(self) -> Sequence[UnderWay]:
        """Each message that it holds: for tests."""
        with self._lock:
            return [UnderWay(e.visible_at, self._position(e), e.text) for e in self._shelf.entries()]

    def _send(self, outgoing: Outgoing, now: float) -> Sent:
        text = encode(outgoing.message)
        refusal = too_large((text,), self.max_bytes, self._name)
        if refusal is None:
            due = max(now, min(outgoing.not_before, now + self.max_delay))
            self._shelf.put(next(self._keys), text, due)
        return refusal

    def _deliver(self, key: Hashable, entry: Entry, visible_until: float) -> Delivery:
        receipt = self._shelf.claim(key, visible_until)
        return Delivery(
            decode(entry.text), receipt, self._position(entry), entry.received,
            maybe_died=entry.received > 1, can_defer=True,
        )  # fmt: skip

    def _position(self, entry: Entry) -> str:
        return f"{self._name}:{entry.number}"
