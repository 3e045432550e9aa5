"""Bugs that drafts of the protocol had, and those of the framework before it: to plant again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import Any

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory.retry_table import MemoryRetryTable
from fsm_adapters.memory.shelf import Receipt
from fsm_adapters.sqlite.claim import RecordClaim
from fsm_adapters.sqlite.scheduling import Scheduling
from fsm_bootstrap.simulation.machines import Failure
from fsm_bootstrap.simulation.ports import WiredSource
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.failover.first_to_accept import Source
from fsm_domain.failover.post import Parcel
from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.errors import Conflict
from fsm_domain.runtime.exclusion import Exclusion
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.recall import Recall
from fsm_domain.runtime.running import Running
from fsm_domain.runtime.writing import Writing
from fsm_ports import (
    ACK,
    Commit,
    Instance,
    LockCache,
    Message,
    OutcomeUnknown,
    Outgoing,
    PortRejected,
    PortUnavailable,
    Status,
    Unreadable,
)
from fsm_ports.instance import as_message
from fsm_ports.names import REDRIVE_POSITION
from fsm_ports.results import CommitResult, LeaseResult
from fsm_ports.writes import EnterAttempt, Mark, Touch
from tests.simulation.bugs import Method, Plant, both, instead


def emit_first(original: Method) -> Method:
    def write(self: Writing, jobs: Sequence[Job], owner: str) -> object:
        for job in jobs:
            if isinstance(job.write, Commit) and job.write.instance.status is Status.RUNNING:
                self._runtime.post.send([Parcel(Outgoing(as_message(job.write.instance)))])
        return original(self, jobs, owner)

    return write


def go_on_as_the_next(original: Method) -> Method:
    """A copy of step n finds the record at n + 1, and takes itself for the message of that."""

    def overtaken(self: Aftermath, job: Job, found: Instance | None, owner: str) -> None:
        if found is not None and found.step == job.message.step + 1 and found.status is Status.RUNNING:
            job.message = found
        else:
            original(self, job, found, owner)

    return overtaken


def to_either(original: Method) -> Method:
    def commit(self: HomedCheckpointStore, commits: Sequence[Commit]) -> list[CommitResult]:
        def other(one: Commit) -> Commit:
            return one._replace(instance=one.instance._replace(home="" if one.instance.home else "2"))

        results: list[CommitResult] = original(self, commits)
        return [
            original(self, [other(one)])[0] if isinstance(result, PortUnavailable) else result
            for one, result in zip(commits, results, strict=True)
        ]

    return commit


def on_one_class_only(original: Method) -> Method:
    """Who refuses the connection is believed: what comes after it is not asked.  Breakers are not looked at."""

    def first_to_accept(items: Sequence[Any], sources: Sequence[Source[Any, Any]], *rest: object) -> list[Any]:
        results: list[Any] = original(items, sources[:1], *rest)  # Any: whatever the sources answer
        lost = [n for n, result in enumerate(results) if isinstance(result, OutcomeUnknown | PortRejected)]
        if lost and sources[1:]:
            for n, result in zip(lost, first_to_accept([items[n] for n in lost], sources[1:], *rest), strict=True):
                results[n] = result
        return results

    return first_to_accept


def all_but(port: str) -> Callable[[Method], Method]:
    """Nobody asks this source for anything."""

    def make(original: Method) -> Method:
        def receive(self: WiredSource, limit: int, visible_until: float) -> object:
            return [] if self._wire.port == port else original(self, limit, visible_until)

        return receive

    return make


class _ByRetry(LockCache):
    """Has the retry number in the key."""

    def __init__(self, lock: LockCache, retries: dict[str, int]) -> None:
        self._lock, self._retries = lock, retries

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return self._lock.acquire([f"{key}:{self._retries[key]}" for key in keys], owner, until)

    def release(self, keys: Collection[str], owner: str) -> None:
        self._lock.release(keys, owner)


def a_key_for_each_retry(original: Method) -> Method:
    def admit(self: Exclusion, jobs: Sequence[Job], *rest: object) -> object:
        lock = self._lock
        if lock is None:
            return original(self, jobs, *rest)
        self._lock = _ByRetry(lock, {f"{j.message.correlation_id}:{j.message.step}": j.message.retries for j in jobs})
        try:
            live = original(self, jobs, *rest)
        finally:
            self._lock = lock
        for job in jobs:
            job.lease = None if job.lease is None else f"{job.lease}:{job.message.retries}"
        return live

    return admit


def under_a_new_position(self: Job, *rest: object) -> None:
    if self.parcel is not None and isinstance(self.parcel.outgoing.message, Instance):
        anew = self.parcel.outgoing.message._replace(position="")
        self.parcel = Parcel(self.parcel.outgoing._replace(message=anew), self.parcel.road)


def forget_by_key(original: Method) -> Method:
    def settle(self: MemoryRetryTable, deliveries: Sequence[Any], outcomes: Sequence[object]) -> object:
        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            if outcome is ACK and isinstance(delivery.receipt, Receipt):
                self._shelf._entries.pop(delivery.receipt.key, None)
        return original(self, deliveries, outcomes)

    return settle


def without_position(original: Method) -> Method:
    def key(self: MemoryRetryTable, message: Message) -> object:
        if isinstance(message, Unreadable) or not message.position:
            return original(self, message)
        return message.correlation_id, message.step, message.retries

    return key


def without_nonce(original: Method) -> Method:
    def key(self: MemoryRetryTable, message: Message) -> object:
        if isinstance(message, Unreadable) or message.position:
            return original(self, message)
        return message.correlation_id, message.step, "", message.retries

    return key


def under_any_claim(original: Method) -> Method:
    """Who sends a record on has it in hand, whoever claimed it since."""

    def schedule(self: Scheduling, db: sqlite3.Connection, outgoing: Outgoing) -> object:
        message = outgoing.message
        if isinstance(message, Instance) and isinstance(outgoing.receipt, RecordClaim):
            row = db.execute(
                "SELECT claim FROM instance WHERE correlation_id = ?", (message.correlation_id,)
            ).fetchone()
            if row is not None and row[0] is not None:
                outgoing = outgoing._replace(receipt=RecordClaim(message.correlation_id, message.step, row[0], 0.0))
        return original(self, db, outgoing)

    return schedule


def redrive_in_place(original: Method) -> Method:
    """The step stays, so that late messages of its retries count again."""

    def committed(found: Instance | None, commit: Commit) -> Instance | None:
        after: Instance | None = original(found, commit)
        if after is not None and found is not None and commit.expected is Status.FAILED:
            return after._replace(step=found.step)
        return after

    return committed


def twice_is_two(original: Method) -> Method:
    """An attempt that is entered again, since the answer was lost, counts twice."""

    def marked(found: Instance | None, mark: Mark) -> Instance | None:
        after: Instance | None = original(found, mark)
        if after is not None and found is not None and isinstance(mark, EnterAttempt):
            return after._replace(attempts=(*found.attempts, mark.attempt))
        return after

    return marked


def the_living_are_dead(self: Recall, job: Job, *rest: object) -> None:
    """A mere number of attempts does not tell whose claim has ended."""
    job.attempts = tuple(attempt._replace(until=0.0) for attempt in job.attempts)


def empties_the_inbox(original: Method) -> Method:
    def committed(found: Instance | None, commit: Commit) -> Instance | None:
        after: Instance | None = original(found, commit)
        return after if after is None or not commit.taken else after._replace(inbox=())

    return committed


def as_it_was_written(original: Method) -> Method:
    """What the worker wrote, and not what the store then has: an event may have come in between."""

    def advanced(self: Writing, job: Job, commit: Commit, record: Instance, *rest: object) -> None:
        original(self, job, commit, record._replace(inbox=()), *rest)

    return advanced


def no_wait_is_owed(original: Method) -> Method:
    def overtaken(self: Aftermath, job: Job, found: Instance | None, owner: str) -> None:
        if found is not None and found.step > job.message.step and found.status is Status.WAITING:
            job.outcome = ACK
        else:
            original(self, job, found, owner)

    return overtaken


def conflicts_with_itself(original: Method) -> Method:
    def redrive(self: Operator, correlation_id: str, reason: str = "") -> Instance:
        record = self._caller.read(correlation_id)
        if record.status is Status.RUNNING and record.position.startswith(REDRIVE_POSITION):
            raise Conflict("it is running")
        redriven: Instance = original(self, correlation_id, reason)
        return redriven

    return redrive


def touched_by_both(original: Method) -> Method:
    """Of two timers that see one record each touches it."""

    def marked(found: Instance | None, mark: Mark) -> Instance | None:
        if isinstance(mark, Touch) and found is not None:
            mark = mark._replace(updated_at=found.updated_at)
        after: Instance | None = original(found, mark)
        return after

    return marked


def a_retry_with_a_touched_context() -> Plant:
    touched: list[object] = []

    def remember(original: Method) -> Method:
        def advance(*args: Any) -> object:  # noqa: ANN401 - as the function has them
            try:
                return original(*args)
            except Failure:
                touched[:] = [args[3]]
                raise

        return advance

    def send_it(original: Method) -> Method:
        def raised(self: Running, job: Job, *rest: object) -> None:
            if touched:
                job.message = job.message._replace(context=JsonCodec().encode(touched.pop()))
            original(self, job, *rest)

        return raised

    from fsm_domain.runtime import running

    return both(instead(running, "advance", remember), instead(Running, "_raised", send_it))
