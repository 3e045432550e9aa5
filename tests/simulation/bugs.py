"""Bugs to plant: each makes another function of one that works."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.sqlite.committing import Committing
from fsm_bootstrap.simulation.machines import Failure
from fsm_domain import Step
from fsm_domain.failover.post import Parcel, Post, Road
from fsm_domain.machine import Migration
from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.caller import Caller
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.exclusion import Exclusion
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.recall import Recall
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.registry import AnyMachine
from fsm_domain.runtime.running import Running
from fsm_domain.runtime.writing import Writing
from fsm_ports import ACK, NACK, Commit, Committed, Instance, OutcomeUnknown

Method = Callable[..., Any]  # Any: whatever the function takes and gives
Plant = Callable[[pytest.MonkeyPatch], None]


def instead(owner: object, name: str, make: Callable[[Method], Method]) -> Plant:
    """Replaces a function, or a method, by what `make` makes of it."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        original: Method = getattr(owner, name)
        patch.setattr(owner, name, wraps(original)(make(original)))

    return plant


def after(change: Callable[..., None]) -> Callable[[Method], Method]:
    """The method, and then `change` with the same arguments."""

    def make(original: Method) -> Method:
        def method(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the method has them
            answer = original(*args, **kwargs)
            change(*args, **kwargs)
            return answer

        return method

    return make


def always(answer: object) -> Callable[[Method], Method]:
    return lambda original: lambda *args, **kwargs: answer


def emit_for_every_copy(original: Method) -> Method:
    def overtaken(self: Aftermath, job: Job, found: Instance | None, owner: str) -> None:
        if found is not None and found.step > job.message.step:
            self.emit(job, found, owner)
        else:
            original(self, job, found, owner)

    return overtaken


def emit_never(original: Method) -> Method:
    def overtaken(self: Aftermath, job: Job, found: Instance | None, owner: str) -> None:
        if found is not None and found.step > job.message.step:
            job.outcome = ACK
        else:
            original(self, job, found, owner)

    return overtaken


def acknowledge(self: Dispatcher, jobs: Sequence[Job]) -> None:
    for one in jobs:
        if one.outcome is NACK and one.committed:
            one.outcome = ACK


def settle_unwritten(self: Writing, one: Job, *rest: object) -> None:
    if one.outcome is NACK:
        one.outcome = ACK


def spend_a_retry(original: Method) -> Method:
    def put_off(self: Job, until: float, now: float, limits: object) -> None:
        message = self.message
        self.send(message._replace(position=self.position, not_before=until, retries=message.retries + 1), Road.HOLD)

    return put_off


def drop(self: Job, *rest: object) -> None:
    self.parcel, self.outcome = None, ACK


def hand_back(self: Job, *rest: object) -> None:
    self.parcel, self.outcome = None, NACK


def forget_the_position(original: Method) -> Method:
    def send(self: Job, message: Instance, road: Road = Road.NOW) -> None:
        original(self, message._replace(position=""), road)

    return send


def no_step_fence(original: Method) -> Method:
    def committed(found: Instance | None, commit: Commit) -> Instance | None:
        return commit.instance if found is not None else original(found, commit)

    return committed


def unknown_is_sent(original: Method) -> Method:
    def send(self: Post, parcels: Sequence[Parcel]) -> list[Any]:  # Any: what the roads answer
        return [None if isinstance(error, OutcomeUnknown) else error for error in original(self, parcels)]

    return send


def unknown_is_committed(original: Method) -> Method:
    def ask_again(self: Writing, write: object) -> object:
        return Committed(write.instance) if isinstance(write, Commit) else original(self, write)

    return ask_again


def never_held(original: Method) -> Method:
    def step(self: Committing, db: sqlite3.Connection, commit: Commit) -> object:
        return original(self, db, commit._replace(hold_until=0.0))

    return step


def unlocked(original: Method) -> Method:
    def admit(self: Exclusion, jobs: Sequence[Job], owner: str, deadline: float) -> list[Job]:
        lock, self._lock = self._lock, None
        try:
            live: list[Job] = original(self, jobs, owner, deadline)
        finally:
            self._lock = lock
        return live

    return admit


def with_limits(**other: float) -> Callable[[Method], Method]:
    def make(original: Method) -> Method:
        def admit(self: Exclusion, jobs: Sequence[Job], owner: str, deadline: float) -> list[Job]:
            limits, self._limits = self._limits, replace(self._limits, **other)  # type: ignore[arg-type]  # times only
            try:
                live: list[Job] = original(self, jobs, owner, deadline)
            finally:
                self._limits = limits
            return live

        return admit

    return make


def sent_at_once(original: Method) -> Method:
    def send(self: Post, parcels: Sequence[Parcel]) -> object:
        return original(self, [Parcel(parcel.outgoing._replace(not_before=0.0), parcel.road) for parcel in parcels])

    return send


def unpaused(original: Method) -> Method:
    def advanced(self: Writing, one: Job, commit: Commit, record: Instance, *rest: object) -> None:
        original(self, one, commit, record._replace(paused=False), *rest)

    return advanced


def never_buried(original: Method) -> Method:
    def bury(self: Post, letters: Sequence[object]) -> list[None]:
        return [None] * len(letters)

    return bury


def untouched(original: Method) -> Method:
    def take_in_hand(self: Recoverer, record: Instance) -> bool:
        Caller.emit(self._caller, record, self._runtime.random.id())
        return True

    return take_in_hand


def a_second_try_in_place(original: Method) -> Method:
    def advance(*args: Any) -> Any:  # noqa: ANN401 - as the function has them
        try:
            return original(*args)
        except Failure:
            step = next(arg for arg in args if isinstance(arg, Step))
            step.retries = step.retries + 1  # type: ignore[misc]  # that it may not is why this is a mutant
            return original(*args)

    return advance


def stale(original: Method) -> Method:
    before: dict[str, Instance] = {}

    def read(self: MemoryCheckpointStore, *args: Any) -> list[Any]:  # noqa: ANN401 - as the method has them
        found = original(self, *args)
        shown = [before.get(one.correlation_id, one) if isinstance(one, Instance) else one for one in found]
        before.update({one.correlation_id: one for one in found if isinstance(one, Instance)})
        return shown

    return read


def in_bulk(original: Method) -> Method:
    def split(jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
        return list(jobs), []

    return split


def whole(original: Method) -> Method:
    def job_of(delivery: object, message: Instance, **how: object) -> Job:
        made: Job = original(delivery, message, **how)
        made.suspect = made.suspect and message.context is not None
        return made

    return job_of


def no_data(original: Method) -> Method:
    def compare(self: Recall, one: Job, record: object, *rest: object) -> None:
        is_thin = one.message.context is None
        original(self, one, record, *rest)
        if is_thin:
            one.message = one.message._replace(data=None)

    return compare


def both(*plants: Plant) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        for one in plants:
            one(patch)

    return plant


def applied_again(original: Method) -> Method:
    """Every migration, whatever the context has been through already."""

    def pending(machine: AnyMachine, definition: str) -> Sequence[Migration]:
        return tuple(machine.migrations.values())

    return pending


def doomed_at_once(original: Method) -> Method:
    """What this definition does not know nobody does."""

    def put_off(self: Running, job: Job, machine: object, reason: str, now: float) -> None:
        job.doom = reason

    return put_off


def own_context(original: Method) -> Method:
    """A commit that leaves the context alone says that it wrote it."""

    def stamp(machine: AnyMachine, definition: str) -> str:
        return machine.fingerprint

    return stamp


def as_it_is(original: Method) -> Method:
    """A record keeps the names that it came with."""

    def taken_up(record: Instance, machine: object) -> Instance:
        return record

    return taken_up
