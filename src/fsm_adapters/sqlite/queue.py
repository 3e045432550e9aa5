"""A queue in a SQLite file: bus, retry scheduler, message source, and a place for dead letters."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from fsm_adapters._wire.message import decode, encode
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.record_bus import NACK_WAIT
from fsm_adapters.sqlite.rows import Row
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
)

_TAKING: Final = taking("message", "visible_at", "queue = ?", "id, payload, received")
_PUT: Final = "INSERT INTO message (queue, payload, visible_at, received) VALUES (?, ?, ?, 0)"
_FORGET: Final = "DELETE FROM message WHERE id = ? AND claim = ?"
_SHOW: Final = "UPDATE message SET visible_at = ?, claim = NULL WHERE id = ? AND claim = ?"
_EXTEND: Final = "UPDATE message SET visible_at = ? WHERE id = ? AND claim = ?"
_PEEK: Final = "SELECT payload FROM message WHERE queue = ? ORDER BY id LIMIT ?"


class _MessageClaim(NamedTuple):
    """The receipt of one delivery of a message."""

    id: int
    token: str


class SqliteQueue(RetryScheduler, MessageSource):
    """The messages of one name in the table ``message``: all that is no record of this file."""

    max_delay = math.inf

    def __init__(self, file: SqliteFile, name: str) -> None:
        self._file, self._name = file, name
        self._suspects_turn = True
        self.max_bytes = file.max_bytes

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return self._file.write_each(messages, self._send)

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        if limit < 1:
            return []
        return self._file.run(self._take, (limit, visible_until))

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return self._file.write_each([(d.receipt, visible_until) for d in deliveries], self._extend)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        receipts = [delivery.receipt for delivery in deliveries]
        return self._file.write_each(list(zip(receipts, outcomes, strict=True)), self._settle)

    def peek(self, limit: int = 100) -> Sequence[Message] | PortError:
        """The oldest messages, due or not, as they lie there: nothing is received."""
        return self._file.run(_peek, (self._name, limit))

    def _send(self, db: sqlite3.Connection, outgoing: Outgoing) -> Sent:
        text = encode(outgoing.message)
        refusal = self._file.too_large(text)
        if refusal is None:
            db.execute(_PUT, (self._name, text, max(outgoing.not_before, self._file.clock.now())))
        return refusal

    def _take(self, db: sqlite3.Connection, how: tuple[int, float]) -> list[Delivery]:
        limit, until = how
        token = self._file.token()
        wanted = Wanted((self._name,), self._file.clock.now(), limit, until, token, self._suspects_turn)
        taken = take(db, _TAKING, wanted)
        if taken.mixed:
            self._suspects_turn = not self._suspects_turn
        return [self._delivery(row, token) for row in taken.rows]

    def _delivery(self, row: Row, token: str) -> Delivery:
        number, text, received = row
        position = f"sqlite:{self._name}:{number}"
        return Delivery(decode(text), _MessageClaim(number, token), position, received, received > 1, True)

    def _extend(self, db: sqlite3.Connection, how: tuple[object, float]) -> Sent:
        claim, until = how
        if isinstance(claim, _MessageClaim) and db.execute(_EXTEND, (until, *claim)).rowcount:
            return None
        return PortRejected("the claim has passed on", self._file.source)

    def _settle(self, db: sqlite3.Connection, how: tuple[object, Outcome]) -> Sent:
        claim, outcome = how
        if not isinstance(claim, _MessageClaim):
            return PortRejected("the delivery is of another source", self._file.source)
        if outcome is ACK:
            db.execute(_FORGET, claim)
        else:
            due = outcome.until if isinstance(outcome, Defer) else self._file.clock.now() + NACK_WAIT
            db.execute(_SHOW, (due, *claim))
        return None


def _peek(db: sqlite3.Connection, asked: tuple[str, int]) -> list[Message]:
    return [decode(text) for (text,) in db.execute(_PEEK, asked)]
