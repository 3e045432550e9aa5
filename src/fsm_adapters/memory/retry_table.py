"""A retry scheduler in memory: a table of entries that a timer polls."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from threading import Lock
from typing import Final

from fsm_adapters._wire.message import decode, encode
from fsm_adapters.memory.shelf import Entry, Shelf
from fsm_adapters.memory.sizes import too_large
from fsm_ports import (
    ACK,
    Clock,
    Delivery,
    Message,
    MessageSource,
    Outcome,
    Outgoing,
    PortError,
    PortRejected,
    RetryScheduler,
    Sent,
    Unreadable,
)

LATE: Final = 5.0
"""Seconds after its time at which an entry is suspected of having killed an earlier holder."""


class MemoryRetryTable(RetryScheduler, MessageSource):
    """Like a DynamoDB retry table: entries by instance, step, position and retry number; no receive count, no defer.

    A message without a position gets an entry of its own.  Settling removes exactly the entry that was received, never
    a later one under its key.  An entry that was claimed before is handed out alone.
    """

    max_delay = float("inf")

    def __init__(
        self, clock: Clock, name: str = "memory-retry", max_bytes: int = 400_000, nack_wait: float = 1.0
    ) -> None:
        self.max_bytes = max_bytes
        self._clock, self._name, self._nack_wait = clock, name, nack_wait
        self._shelf, self._nonces, self._lock = Shelf(), itertools.count(1), Lock()

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
                if entry.received and found:
                    break
                self._shelf.take(key)
                found.append(due)
                if entry.received:
                    break
            return [self._deliver(key, entry, visible_until, now) for key, entry in found]

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
                    self._shelf.free(delivery.receipt, self._clock.now() + self._nack_wait)
        return [None] * len(deliveries)

    def _send(self, outgoing: Outgoing, now: float) -> Sent:
        text = encode(outgoing.message)
        refusal = too_large((text,), self.max_bytes, self._name)
        if refusal is None:
            self._shelf.put(self._key(outgoing.message), text, max(now, outgoing.not_before))
        return refusal

    def _key(self, message: Message) -> Hashable:
        nonce = f"+{next(self._nonces)}"
        if isinstance(message, Unreadable):
            return nonce
        return message.correlation_id, message.step, message.position or nonce, message.retries

    def _deliver(self, key: Hashable, entry: Entry, visible_until: float, now: float) -> Delivery:
        suspect = entry.received > 0 or now - entry.due > LATE
        receipt = self._shelf.claim(key, visible_until)
        return Delivery(decode(entry.text), receipt, f"{self._name}:{entry.number}", received=0, maybe_died=suspect)
