"""What a message that is sent does to the record that it is."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from fsm_adapters.sqlite.claim import RecordClaim
from fsm_adapters.sqlite.file import SqliteFile
from fsm_ports import Instance, Outgoing, PortRejected, Sent, Status, Unreadable

_LOOK: Final = "SELECT step, status, paused, retries, ready_at, received, claim FROM instance WHERE correlation_id = ?"
_RUN: Final = (
    "UPDATE instance SET ready_at = ?, received = ?, claim = NULL, retries = ?, not_before = ?,"
    " error = ifnull(?, error) WHERE correlation_id = ?"
)
_WAIT: Final = "UPDATE instance SET ready_at = ?, received = 0, claim = NULL WHERE correlation_id = ?"


class _Found(NamedTuple):
    step: int
    status: str
    paused: int
    retries: int
    ready_at: float | None
    received: int
    claim: str | None


class Scheduling:
    """Moves the time at which records are delivered."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def schedule(self, db: sqlite3.Connection, outgoing: Outgoing) -> Sent:
        """For a transaction: from the look to the write nobody else moves the record."""
        message = outgoing.message
        if isinstance(message, Unreadable):
            return PortRejected("what cannot be decoded has no record")
        if (refusal := self._file.too_large(message.context or "")) is not None:
            return refusal
        if message.status not in (Status.RUNNING, Status.WAITING):
            return PortRejected(f"a record that is {message.status.value} is no message")
        row = db.execute(_LOOK, (message.correlation_id,)).fetchone()
        if row is None:
            return PortRejected("there is no record of this correlation id")
        found = _Found(*row)
        if (found.step, found.status) != (message.step, message.status.value) or found.paused:
            return None
        now = self._file.clock.now()
        claim = outgoing.receipt if isinstance(outgoing.receipt, RecordClaim) else None
        mine = claim is not None and claim.token == found.claim
        if not mine and _held(found, now):
            return None
        at = max(outgoing.not_before, now)
        if message.status is Status.WAITING:
            # Never later than it was, unless it is ours: an event may have come since the sender looked.
            _let_wait(db, message, found, at if mine or found.ready_at is None else min(at, found.ready_at))
        elif mine or found.ready_at is None or (claim is None and message.retries >= found.retries):
            _let_run(db, message, found, at)
        return None


def _let_run(db: sqlite3.Connection, message: Instance, found: _Found, at: float) -> None:
    is_retry = message.retries > found.retries
    # A message that is merely put off remains the same one; a retry, or what ends a chain, is another.
    received = found.received if message.position and not is_retry else 0
    retries = max(message.retries, found.retries)
    db.execute(_RUN, (at, received, retries, message.not_before, message.error, message.correlation_id))


def _held(found: _Found, now: float) -> bool:
    return found.claim is not None and found.ready_at is not None and found.ready_at > now


def _let_wait(db: sqlite3.Connection, message: Instance, found: _Found, at: float) -> None:
    if at != found.ready_at or found.claim is not None:
        db.execute(_WAIT, (at, message.correlation_id))
