"""Message source on a DynamoDB table of retries: what a timer or a worker gets its deliveries from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from fsm_adapters._wire.message import decode
from fsm_adapters.dynamodb.conditional import Unmet
from fsm_adapters.dynamodb.due_entries import DueEntries
from fsm_adapters.dynamodb.parallel import in_parallel
from fsm_adapters.dynamodb.retry_claims import Receipt, RetryClaims
from fsm_adapters.dynamodb.retry_entries import SHARDS, Entry
from fsm_ports import (
    ACK,
    Clock,
    Defer,
    Delivery,
    MessageSource,
    Outcome,
    PortError,
    PortRejected,
    Random,
    Sent,
    Unreadable,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

NACK_WAIT: Final = 1.0
"""Seconds that an entry rests after a NACK."""


class DynamoRetrySource(MessageSource):
    """Entries that are due, each claimed by a conditional write before it is handed out; overlapping timers share them.

    A claim lies in the entry: its time is put off to the end of the claim.  So whatever was claimed and never settled
    says so, and is handed out alone; how late an entry comes says nothing.  Positions are
    ``retry:<table>:<partition>:<key>:<nonce>``.  `owner` is written beside a claim for people to read.
    """

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        *,
        source: str,
        clock: Clock,
        random: Random,
        owner: str,
        shards: int = SHARDS,
    ) -> None:
        self._table, self._source, self._owner = table, source, owner
        self._clock, self._random = clock, random
        self._due = DueEntries(client, table, source, random, shards)
        self._claims = RetryClaims(client, table, source)

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        found = self._due.look(self._clock.now(), limit)
        claim = f"{self._owner}:{self._random.id()}"
        got: list[Delivery] = []
        failure: PortError | None = None
        while len(got) < limit and failure is None:
            wanted, failure = _next(found, limit - len(got), alone=not got)
            if not wanted:
                break
            receipts = in_parallel(lambda entry: self._claim(entry, claim, visible_until), wanted)
            failure = failure or next((r for r in receipts if isinstance(r, PortError)), None)
            pairs = zip(wanted, receipts, strict=True)
            got += [self._deliver(entry, receipt) for entry, receipt in pairs if isinstance(receipt, Receipt)]
            if got and wanted[0].claimed:
                break
        return got if got or failure is None else failure

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return in_parallel(lambda delivery: self._extend(delivery.receipt, visible_until), deliveries)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        return in_parallel(self._settle, list(zip(deliveries, outcomes, strict=True)))

    def _claim(self, entry: Entry, claim: str, until: float) -> Receipt | PortError | None:
        return self._claims.claim(entry, claim, until, self._random.id())

    def _deliver(self, entry: Entry, receipt: Receipt) -> Delivery:
        return Delivery(
            decode(entry.payload) if entry.payload is not None else Unreadable("", "the entry has no payload"),
            receipt,
            f"retry:{self._table}:{entry.partition}:{entry.key}:{receipt.nonce}",
            received=entry.received + 1,
            maybe_died=entry.claimed,
            can_defer=True,
            record=entry.item,
        )

    def _extend(self, receipt: object, until: float) -> Sent:
        lost = PortRejected("the claim is lost", self._source)
        answer = self._claims.move(receipt, until) if isinstance(receipt, Receipt) else lost
        return lost if isinstance(answer, Unmet) else answer

    def _settle(self, settled: tuple[Delivery, Outcome]) -> Sent:
        delivery, outcome = settled
        if not isinstance(delivery.receipt, Receipt):
            return None
        if outcome is ACK:
            return _late(self._claims.forget(delivery.receipt))
        at = outcome.until if isinstance(outcome, Defer) else self._clock.now() + NACK_WAIT
        return _late(self._claims.free(delivery.receipt, at))


def _late(answer: Unmet | PortError | None) -> Sent:
    """A settling whose claim is lost, or that was done before, has nothing left to do."""
    return None if isinstance(answer, Unmet) else answer


def _next(found: Iterator[Entry | PortError], room: int, *, alone: bool) -> tuple[list[Entry], PortError | None]:
    """The entries to claim next: one that may have killed its holder, by itself, or others.

    The first one found is taken, whichever it is: so neither kind can keep the other waiting for ever.
    """
    wanted: list[Entry] = []
    for entry in found:
        if isinstance(entry, PortError):
            return wanted, entry
        if not entry.claimed:
            wanted.append(entry)
        elif alone and not wanted:
            return [entry], None
        if len(wanted) == room:
            break
    return wanted, None
