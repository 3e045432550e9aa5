"""The records of a SQLite file as bus, retry scheduler and message source: commit is emit."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import Final

from fsm_adapters.sqlite.claim import RecordClaim
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.rows import MESSAGE, Row, message_of
from fsm_adapters.sqlite.scheduling import Scheduling
from fsm_adapters.sqlite.taking import Wanted, take, taking
from fsm_ports import (
    ACK,
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
    Unreadable,
)

NACK_WAIT: Final = 1.0
"""Seconds until a message that was not acknowledged is due again."""

# Only records that may be delivered are ever ready, so their status is not asked.
_TAKING: Final = taking("instance", "ready_at", "paused = 0", MESSAGE)
_SETTLE: Final = (
    "UPDATE instance SET ready_at = ?, claim = NULL WHERE correlation_id = ? AND claim = ? AND step = ?"
)  # fmt: skip
# Whatever the step: a chain moves the record on under one claim.  Never back: a commit of the chain may hold it longer.
_EXTEND: Final = "UPDATE instance SET ready_at = max(ready_at, ?) WHERE correlation_id = ? AND claim = ?"


class SqliteRecordBus(RetryScheduler, MessageSource):
    """Delivers the records of the file's checkpoint store, each as the message that it is.

    * There is nothing to send for a running record: its commit made it a message.  What is sent says *when* the record
      of the message's step is to be delivered: later, for a retry or a Busy; at its deadline, if it waits.
    * A message whose step is past, or that somebody else holds, is accepted and dropped: the record's message, or its
      holder, is on the way.  One without a record is rejected.
    """

    max_delay = math.inf

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._scheduling = Scheduling(file)
        self._suspects_turn = True
        self.max_bytes = file.max_bytes

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return self._file.write_each(messages, self._scheduling.schedule)

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        if limit < 1:
            return []
        return self._file.run(self._take, (limit, visible_until))

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return self._file.write_each([(d.receipt, visible_until) for d in deliveries], self._extend)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        settled: list[Sent] = [None] * len(deliveries)
        # A step that this process has committed away cannot be settled: the file need not be asked.
        asked = [n for n, delivery in enumerate(deliveries) if not self._is_past(delivery.receipt)]
        if asked:
            results = self._file.write_each([(deliveries[n].receipt, outcomes[n]) for n in asked], self._settle)
            for n, result in zip(asked, results, strict=True):
                settled[n] = result
        return settled

    def _take(self, db: sqlite3.Connection, how: tuple[int, float]) -> list[Delivery]:
        limit, until = how
        token = self._file.token()
        wanted = Wanted((), self._file.clock.now(), limit, until, token, self._suspects_turn)
        taken = take(db, _TAKING, wanted)
        if taken.mixed:
            self._suspects_turn = not self._suspects_turn
        return [self._delivery(row, token, until) for row in taken.rows]

    def _delivery(self, row: Row, token: str, until: float) -> Delivery:
        correlation_id, step, received = row[1], row[3], row[18]
        held = self._file.held
        # Another thread of this process may still be at work under an older claim: its commits find this one here.
        claim = RecordClaim(correlation_id, step, token, 0.0 if correlation_id in held else until)
        held[correlation_id] = claim
        try:
            message: Message = message_of(row)
        except KeyError as error:
            message = Unreadable(repr(row), f"the record has no known status: {error}")
        return Delivery(message, claim, f"sqlite:{correlation_id}:{step}", received, received > 1, True)

    def _extend(self, db: sqlite3.Connection, how: tuple[object, float]) -> Sent:
        claim, until = how
        if isinstance(claim, RecordClaim) and db.execute(_EXTEND, (until, claim.correlation_id, claim.token)).rowcount:
            return None
        return PortRejected("the claim has passed on", self._file.source)

    def _settle(self, db: sqlite3.Connection, how: tuple[object, Outcome]) -> Sent:
        claim, outcome = how
        if not isinstance(claim, RecordClaim):
            return PortRejected("the delivery is of another source", self._file.source)
        if outcome is ACK:
            due = None
        else:
            due = outcome.until if isinstance(outcome, Defer) else self._file.clock.now() + NACK_WAIT
        db.execute(_SETTLE, (due, claim.correlation_id, claim.token, claim.step))
        self._let_go(claim)
        return None

    def _is_past(self, receipt: object) -> bool:
        if not isinstance(receipt, RecordClaim) or not receipt.is_past:
            return False
        self._let_go(receipt)
        return True

    def _let_go(self, claim: RecordClaim) -> None:
        held = self._file.held
        if held.get(claim.correlation_id) is claim:
            held.pop(claim.correlation_id, None)
