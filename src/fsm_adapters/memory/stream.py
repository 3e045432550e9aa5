"""A stream in memory: event bus and message source."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from threading import Lock
from typing import Final, NamedTuple

from fsm_adapters._wire.message import decode, encode
from fsm_adapters.memory.sizes import too_large
from fsm_ports import (
    ACK,
    Clock,
    Delivery,
    EventBus,
    MessageSource,
    Outcome,
    Outgoing,
    PortError,
    PortRejected,
    Sent,
)

OLD: Final = 5.0
"""Seconds after which a record is suspected of having killed an earlier holder."""


class _Record(NamedTuple):
    number: int
    text: str
    sent_at: float


class _Receipt(NamedTuple):
    turn: int
    number: int


class MemoryStream(EventBus, MessageSource):
    """Like a Kinesis shard: records in order, one reader at a time, no receive count, no delay, no defer.

    While a batch is out nobody else receives.  A batch ends when all of it is settled, or its time is up; then the
    stream goes on from the first record that was not acknowledged, and delivers all after it again.
    """

    def __init__(
        self, clock: Clock, name: str = "memory-stream", max_bytes: int = 1_000_000, nack_wait: float = 1.0
    ) -> None:
        self.max_bytes = max_bytes
        self._clock, self._name, self._nack_wait = clock, name, nack_wait
        self._records: deque[_Record] = deque()
        self._sent = 0
        self._read_up_to = 0
        self._turn, self._busy_until = 0, 0.0
        self._batch: dict[int, Outcome | None] = {}  # what became of each record of the batch that is out
        self._lock = Lock()

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        with self._lock:
            return [self._send(outgoing) for outgoing in messages]

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        with self._lock:
            now = self._clock.now()
            if now < self._busy_until:
                return []
            self._end_batch()
            batch = list(islice(self._records, limit))
            self._turn += 1
            self._batch = {record.number: None for record in batch}
            self._busy_until = visible_until if batch else 0.0
            deliveries = [self._deliver(record, now) for record in batch]
            self._read_up_to = max(self._read_up_to, *self._batch, 0)
            return deliveries

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        with self._lock:
            return [self._extend(delivery, visible_until) for delivery in deliveries]

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        with self._lock:
            for delivery, outcome in zip(deliveries, outcomes, strict=True):
                number = self._held(delivery)
                if number:
                    self._batch[number] = outcome
            if self._batch and None not in self._batch.values():
                failed = any(outcome is not ACK for outcome in self._batch.values())
                self._busy_until = self._clock.now() + self._nack_wait if failed else 0.0
                self._end_batch()
        return [None] * len(deliveries)

    def _send(self, outgoing: Outgoing) -> Sent:
        text = encode(outgoing.message)
        refusal = too_large((text,), self.max_bytes, self._name)
        if refusal is None:
            self._sent += 1
            self._records.append(_Record(self._sent, text, self._clock.now()))
        return refusal

    def _deliver(self, record: _Record, now: float) -> Delivery:
        suspect = record.number <= self._read_up_to or now - record.sent_at > OLD
        receipt = _Receipt(self._turn, record.number)
        return Delivery(decode(record.text), receipt, f"{self._name}:{record.number}", received=0, maybe_died=suspect)

    def _held(self, delivery: Delivery) -> int:
        """The number of the record, if it belongs to the batch that is out; else 0."""
        receipt = delivery.receipt
        if not isinstance(receipt, _Receipt) or receipt.turn != self._turn:
            return 0
        return receipt.number if self._batch.get(receipt.number, ACK) is None else 0

    def _extend(self, delivery: Delivery, visible_until: float) -> Sent:
        if not self._held(delivery):
            return PortRejected("the claim is lost", self._name)
        self._busy_until = visible_until
        return None

    def _end_batch(self) -> None:
        while self._records and self._batch.get(self._records[0].number) is ACK:
            self._records.popleft()
        self._batch = {}
