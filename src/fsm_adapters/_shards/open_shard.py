"""One shard in the hands of one reader: what it has read, what is out, what is done with."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from fsm_adapters._shards.positions import ShardLease
from fsm_adapters._shards.reader import Page, Record
from fsm_ports.messages import ACK, Delivery, Outcome

OLD: Final = 5.0
"""Seconds after which a record is suspected of having killed an earlier holder."""


class Receipt(NamedTuple):
    """The claim token of a delivery."""

    shard: str
    turn: int
    sequence: str


class OpenShard:
    """A batch ends when all of it is settled, or when its time is up; the next one begins with the first record that
    was not acknowledged.  Does no I/O."""

    def __init__(self, id_: str, lease: ShardLease, until: float, now: float) -> None:
        self.id = id_
        self.fence = lease.fence
        self.until = until
        """Epoch seconds: the end of the lease, as far as this reader knows."""
        self.position = self.stored = lease.position
        """The last record of those that are done with from the start on; and what is stored of that."""
        self.busy_until = 0.0
        """Epoch seconds: nothing is handed out before."""
        self.rest_until = 0.0
        """Epoch seconds: nothing is read before."""
        self._drained = lease.finished
        self._suspect_until = now if lease.taken_over else 0.0
        self._records: deque[Record] = deque()
        self._handed_out = 0  # of `_records`, from the first on, those that have been delivered before
        self._turn = 0
        self._batch: dict[str, Outcome | None] = {}

    def after(self) -> str | None:
        """The record after which the next page begins."""
        return self._records[-1].sequence if self._records else self.position

    def add(self, page: Page) -> None:
        self._records.extend(page.records)
        self._drained = page.drained
        self._forget_done()

    def wants_more(self, limit: int) -> bool:
        """It could deliver more than it has: those behind a record that keeps failing must not wait for it."""
        return len(self._records) < limit and not self._drained

    @property
    def is_empty(self) -> bool:
        return not self._records

    @property
    def is_finished(self) -> bool:
        """It is closed, and all of it is done with."""
        return not self._records and self._drained

    @property
    def is_out(self) -> bool:
        """A batch of it has neither been settled nor begun anew."""
        return bool(self._batch)

    def deliver(self, limit: int, now: float, until: float, turn: int, prefix: str) -> list[Delivery]:
        """A new batch; `prefix` begins the positions."""
        self._turn, self._batch = turn, {}
        deliveries: list[Delivery] = []
        for number, record in enumerate(self._records):
            if len(deliveries) == limit:
                break
            if record.message is not None:
                self._batch[record.sequence] = None
                again = number < self._handed_out
                suspect = again or now - record.sent_at > OLD or record.sent_at <= self._suspect_until
                receipt = Receipt(self.id, turn, record.sequence)
                where = f"{prefix}{record.sequence}"
                deliveries.append(Delivery(record.message, receipt, where, received=0, maybe_died=suspect))
        self._handed_out = max(self._handed_out, self._count_up_to_last())
        self.busy_until = until if deliveries else 0.0
        return deliveries

    def holds(self, receipt: Receipt) -> bool:
        """The claim is that of the batch that is out, and has no outcome yet."""
        return receipt.turn == self._turn and self._batch.get(receipt.sequence, ACK) is None

    def settle(self, receipt: Receipt, outcome: Outcome) -> None:
        self._batch[receipt.sequence] = outcome

    @property
    def is_settled(self) -> bool:
        return bool(self._batch) and None not in self._batch.values()

    @property
    def has_failed(self) -> bool:
        return any(outcome is not ACK for outcome in self._batch.values())

    def end_batch(self) -> None:
        """Forget what was acknowledged from the first record on."""
        self._forget_done()
        self._batch = {}

    def _forget_done(self) -> None:
        while self._records and (self._records[0].message is None or self._batch.get(self._records[0].sequence) is ACK):
            self.position = self._records.popleft().sequence
            self._handed_out = max(0, self._handed_out - 1)

    def _count_up_to_last(self) -> int:
        """How many records there are up to the last one of the batch."""
        last: Sequence[int] = [n for n, record in enumerate(self._records, 1) if record.sequence in self._batch]
        return last[-1] if last else 0
