"""The protocol with one bug in it: each must be found, by the invariant that it breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import pytest

from fsm_adapters.memory import checkpoint_store as memory_store
from fsm_adapters.sqlite import checkpoint_store as sqlite_store
from fsm_domain import Step
from fsm_domain.failover.post import Parcel, Post, Road
from fsm_domain.runtime import caller, client, dispatcher, follow_up, running
from fsm_domain.runtime.aftermath import Aftermath
from fsm_domain.runtime.caller import Caller
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.exclusion import Exclusion
from fsm_domain.runtime.job import Job
from fsm_domain.runtime.recall import Recall
from fsm_domain.runtime.recoverer import Recoverer
from fsm_domain.runtime.writing import Writing
from fsm_ports import ACK, NACK, Commit, Committed, Instance, OutcomeUnknown
from tests.simulation.machines import Failure

Method = Callable[..., Any]  # Any: whatever the method takes and gives
SEEDS = range(100)


@dataclass(frozen=True)
class Mutant:
    """Found by at least one seed of `SEEDS` in that scenario."""

    name: str
    invariant: str
    scenario: str
    plant: Callable[[pytest.MonkeyPatch], None]


def _instead(owner: object, name: str, make: Callable[[Method], Method]) -> Callable[[pytest.MonkeyPatch], None]:
    """Replaces a function, or a method, by what `make` makes of it."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        original: Method = getattr(owner, name)
        patch.setattr(owner, name, wraps(original)(make(original)))

    return plant


def _after(change: Callable[..., None]) -> Callable[[Method], Method]:
    """The method, and then `change` with the same arguments."""

    def make(original: Method) -> Method:
        def method(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the method has them
            answer = original(*args, **kwargs)
            change(*args, **kwargs)
            return answer

        return method

    return make


def _always(answer: object) -> Callable[[Method], Method]:
    return lambda original: lambda *args, **kwargs: answer


def _emit_for_every_copy(original: Method) -> Method:
    def overtaken(self: Aftermath, job: Job, found: Instance | None, owner: str) -> None:
        if found is not None and found.step > job.message.step:
            self.emit(job, found, owner)
        else:
            original(self, job, found, owner)

    return overtaken


def _emit_never(original: Method) -> Method:
    def overtaken(self: Aftermath, job: Job, found: Instance | None, owner: str) -> None:
        if found is not None and found.step > job.message.step:
            job.outcome = ACK
        else:
            original(self, job, found, owner)

    return overtaken


def _acknowledge(self: Dispatcher, jobs: Sequence[Job]) -> None:
    for one in jobs:
        if one.outcome is NACK and one.committed:
            one.outcome = ACK


def _settle_unwritten(self: Writing, one: Job, *rest: object) -> None:
    if one.outcome is NACK:
        one.outcome = ACK


def _spend_a_retry(original: Method) -> Method:
    def put_off(self: Job, until: float, now: float, limits: object) -> None:
        message = self.message
        self.send(message._replace(position=self.position, not_before=until, retries=message.retries + 1), Road.HOLD)

    return put_off


def _drop(self: Job, *rest: object) -> None:
    self.parcel, self.outcome = None, ACK


def _hand_back(self: Job, *rest: object) -> None:
    self.parcel, self.outcome = None, NACK


def _forget_the_position(original: Method) -> Method:
    def send(self: Job, message: Instance, road: Road = Road.NOW) -> None:
        original(self, message._replace(position=""), road)

    return send


def _no_step_fence(original: Method) -> Method:
    def committed(found: Instance | None, commit: Commit) -> Instance | None:
        return commit.instance if found is not None else original(found, commit)

    return committed


def _unknown_is_sent(original: Method) -> Method:
    def send(self: Post, parcels: Sequence[Parcel]) -> list[Any]:  # Any: what the roads answer
        return [None if isinstance(error, OutcomeUnknown) else error for error in original(self, parcels)]

    return send


def _unknown_is_committed(original: Method) -> Method:
    def ask_again(self: Writing, write: object) -> object:
        return Committed(write.instance) if isinstance(write, Commit) else original(self, write)

    return ask_again


def _never_held(original: Method) -> Method:
    return lambda after, hold_until=0.0: original(after, 0.0)


def _unlocked(original: Method) -> Method:
    def admit(self: Exclusion, jobs: Sequence[Job], owner: str, deadline: float) -> list[Job]:
        lock, self._lock = self._lock, None
        try:
            live: list[Job] = original(self, jobs, owner, deadline)
        finally:
            self._lock = lock
        return live

    return admit


def _too_early(original: Method) -> Method:
    def admit(self: Exclusion, jobs: Sequence[Job], owner: str, deadline: float) -> list[Job]:
        limits, self._limits = self._limits, replace(self._limits, early=1e9)
        try:
            live: list[Job] = original(self, jobs, owner, deadline)
        finally:
            self._limits = limits
        return live

    return admit


def _sent_at_once(original: Method) -> Method:
    def send(self: Post, parcels: Sequence[Parcel]) -> object:
        return original(self, [Parcel(parcel.outgoing._replace(not_before=0.0), parcel.road) for parcel in parcels])

    return send


def _unpaused(original: Method) -> Method:
    def advanced(self: Writing, one: Job, commit: Commit, record: Instance, *rest: object) -> None:
        original(self, one, commit, record._replace(paused=False), *rest)

    return advanced


def _untouched(original: Method) -> Method:
    def take_in_hand(self: Recoverer, record: Instance) -> bool:
        Caller.emit(self._caller, record, self._runtime.random.id())
        return True

    return take_in_hand


def _a_second_try_in_place(original: Method) -> Method:
    def advance(*args: Any) -> Any:  # noqa: ANN401 - as the function has them
        try:
            return original(*args)
        except Failure:
            step = next(arg for arg in args if isinstance(arg, Step))
            step.retries = step.retries + 1  # type: ignore[misc]  # that it may not is why this is a mutant
            return original(*args)

    return advance


def _stale(original: Method) -> Method:
    before: dict[str, Instance] = {}

    def read(self: memory_store.MemoryCheckpointStore, *args: Any) -> list[Any]:  # noqa: ANN401 - as the method has them
        found = original(self, *args)
        shown = [before.get(one.correlation_id, one) if isinstance(one, Instance) else one for one in found]
        before.update({one.correlation_id: one for one in found if isinstance(one, Instance)})
        return shown

    return read


def _in_bulk(original: Method) -> Method:
    return lambda jobs: (list(jobs), [])


def _whole(original: Method) -> Method:
    def job_of(delivery: object, message: Instance) -> Job:
        made: Job = original(delivery, message)
        made.suspect = made.suspect and message.context is not None
        return made

    return job_of


def _both(*plants: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(patch: pytest.MonkeyPatch) -> None:
        for one in plants:
            one(patch)

    return plant


MUTANTS = (
    Mutant("re-emit for every copy", "I9", "copies", _instead(Aftermath, "overtaken", _emit_for_every_copy)),
    Mutant("re-emit never", "I4", "queue", _instead(Aftermath, "overtaken", _emit_never)),
    Mutant("acknowledge what was not sent", "I4", "queue", _instead(Dispatcher, "_send", _after(_acknowledge))),
    Mutant("acknowledge what was not written", "I4", "queue", _instead(Writing, "_settle", _after(_settle_unwritten))),
    Mutant("no step fence", "I1", "queue", _instead(memory_store, "committed", _no_step_fence)),
    Mutant("unknown commit taken as committed", "I7", "queue", _instead(Writing, "_ask_again", _unknown_is_committed)),
    Mutant("unknown send taken as sent", "I4", "queue", _instead(Post, "send", _unknown_is_sent)),
    Mutant("Busy spends a retry", "I8", "queue-lock", _instead(Job, "put_off", _spend_a_retry)),
    Mutant("Busy acknowledged", "I4", "queue-lock", _instead(Job, "put_off", _after(_drop))),
    Mutant("Busy handed back", "I16", "queue-lock", _instead(Job, "put_off", _after(_hand_back))),
    Mutant("no lease taken", "I11", "queue-lock", _instead(Exclusion, "admit", _unlocked)),
    Mutant("position not carried", "I4", "stream-retry-lock", _instead(Job, "send", _forget_the_position)),
    Mutant("suspects in bulk", "I17", "poison", _instead(dispatcher, "split", _in_bulk)),
    Mutant("attempts not entered", "I6", "poison", _instead(Recall, "_enter", _always(None))),
    Mutant("attempts not left", "I17", "failing", _instead(Recall, "leave", _always(None))),
    Mutant("hold ignored", "I11", "sqlite-chain", _instead(sqlite_store, "ready_at", _never_held)),
    Mutant("a chain goes on in spite of a pause", "I10", "operators-chain", _instead(Writing, "_advanced", _unpaused)),
    Mutant("no stand-in for a chain", "I4", "queue-chain", _instead(Aftermath, "_stand_in", _always(None))),
    Mutant("a second try on a touched context", "I3", "queue", _instead(running, "advance", _a_second_try_in_place)),
    Mutant("stale reads", "I2", "queue", _instead(memory_store.MemoryCheckpointStore, "read", _stale)),
    Mutant("inbox not looked at", "I5", "waiting", _instead(follow_up, "_inbox_event", _always(None))),
    Mutant("recovery without a touch", "I18", "recovery", _instead(Recoverer, "_take_in_hand", _untouched)),
    Mutant("a mark whose answer was lost is a conflict", "I5", "operators", _instead(caller, "_shows", _always(False))),
    Mutant("an id does not name its home", "I1", "homes", _instead(client, "home_of", _always(""))),
    Mutant("thin messages are no suspects", "I5", "thin", _instead(dispatcher, "job_of", _whole)),
    Mutant(
        "retries run at once", "I20", "failing",
        _both(_instead(Exclusion, "admit", _too_early), _instead(Post, "send", _sent_at_once)),
    ),
)  # fmt: skip
