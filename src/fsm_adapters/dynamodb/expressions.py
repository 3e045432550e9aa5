"""The conditional UpdateItem that each commit and each mark is.

`fsm_ports.writes.committed` and `marked` say what a write does, given the record that is there.  Most writes need not
be shown it: `first_update` puts their condition, and what they do to a record that meets it and has nothing in `EXTRA`,
into one request.  A refusal shows the record; where the specification has the write apply to that, `update_after`
writes what it makes of it, on condition that the record is still the same.
"""

from __future__ import annotations

from typing import Final

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.items import (
    EMIT,
    EXTRA,
    PAUSED,
    RETRIES,
    STATUS,
    STEP,
    UPDATED_AT,
    emission,
    item_of,
    key_of,
)
from fsm_adapters.dynamodb.types import Item, number, text
from fsm_adapters.dynamodb.updates import Condition, Update, Values, absent, as_read, equal, one_of, present
from fsm_ports import Commit, Instance, Mark, Status
from fsm_ports.writes import AppendEvent, EnterAttempt, Pause, Resume, Touch, committed, marked

_OPTIONAL: Final = (
    EXTRA, "event", "context", "data", RETRIES, "position", "not_before", "deadline", "home", "error",
)  # fmt: skip
"""What a commit takes away where the new record has none."""
_NOT_ENDED: Final = (Status.RUNNING, Status.WAITING, Status.FAILED)


def is_message(write: Commit | Mark) -> bool:
    """A store that emits delivers the record after it."""
    return isinstance(write, Commit | Resume | Touch)


def applied(found: Instance | None, write: Commit | Mark) -> Instance | None:
    """The record after the write, as the specification has it; None where it is refused."""
    return committed(found, write) if isinstance(write, Commit) else marked(found, write)


def first_update(write: Commit | Mark, nonce: str | None) -> Update | None:
    """The write as far as it goes without having seen the record; None where it does not go at all.

    `nonce` is fresh text where the store emits, else None.
    """
    match write:
        case Commit():
            return _first_commit(write, nonce)
        case Pause():
            condition = present(STEP).also(_status_in(*_NOT_ENDED)).also(absent(PAUSED))
            return Update(key_of(write.correlation_id), {PAUSED: {"BOOL": True}}, (EMIT,), condition)
        case Touch():
            return _touch(write, nonce)
        case EnterAttempt():
            return _first_extra(write, Status.RUNNING)
        case AppendEvent():
            return _first_extra(write, *_NOT_ENDED)
        case _:
            # These must be shown the record: its machine for the index, its step for a position, or its attempts.
            return None


def update_after(write: Commit | Mark, item: Item, after: Instance, nonce: str | None) -> Update:
    """The write that makes `after` of the record in `item`, if that is still the same; an empty item: of none."""
    if isinstance(write, Commit):
        created = STEP not in item
        return _commit(after, absent(STEP) if created else as_read(item, STEP, STATUS, EXTRA), nonce, created=created)
    new = item_of(after)
    sets = {name: value for name, value in new.items() if item.get(name) != value}
    if nonce is not None and is_message(write):
        sets[EMIT] = emission(nonce)
    removes = [name for name in (*_OPTIONAL, PAUSED) if name in item and name not in new]
    condition = as_read(item, STEP, STATUS, PAUSED, EXTRA, UPDATED_AT)
    return Update(key_of(after.correlation_id), sets, _without_emit(removes, sets), condition)


def sending(message: Instance, nonce: str) -> Update:
    """Makes the record of the message's step that message, if it runs and is not past that retry."""
    sets = {EMIT: emission(nonce, message)}
    if message.retries:
        sets[RETRIES] = number(message.retries)
    retries = f"(attribute_not_exists(#{RETRIES}) OR #{RETRIES} <= :most_{RETRIES})"
    condition = (
        equal(STEP, number(message.step))
        .also(_status_in(Status.RUNNING))
        .also(Condition(retries, {f":most_{RETRIES}": number(message.retries)}))
    )
    return Update(key_of(message.correlation_id), sets, (), condition)


def _first_commit(commit: Commit, nonce: str | None) -> Update | None:
    wanted = commit.instance
    if wanted.step == 0 or commit.adopts:
        after = committed(None, commit)
        return after and _commit(after, absent(STEP), nonce, created=True)
    # As if the record before it had nothing but a step and a status.
    guess = wanted._replace(step=wanted.step - 1, status=commit.expected, paused=False, inbox=(), seen=())
    after = committed(guess, commit)
    condition = equal(STEP, number(guess.step)).also(equal(STATUS, text(guess.status.value))).also(absent(EXTRA))
    return after and _commit(after, condition, nonce)


def _commit(after: Instance, condition: Condition, nonce: str | None, *, created: bool = False) -> Update:
    sets = item_of(after)
    del sets[attributes.CORRELATION_ID]
    removes = [name for name in _OPTIONAL if name not in sets]
    if not created:
        sets.pop(PAUSED, None)  # the flag is not the commit's
    elif not after.paused:
        removes.append(PAUSED)  # an item that is no record may have one
    if nonce is not None and after.status is Status.RUNNING:
        sets[EMIT] = emission(nonce)
    return Update(key_of(after.correlation_id), sets, _without_emit(removes, sets), condition)


def _touch(touch: Touch, nonce: str | None) -> Update:
    condition = (
        equal(STEP, number(touch.step))
        .also(_status_in(Status.RUNNING, Status.WAITING))
        .also(absent(PAUSED))
        .also(equal(UPDATED_AT, number(touch.updated_at)))
    )
    sets = {UPDATED_AT: number(touch.now)}
    if nonce is not None:
        sets[EMIT] = emission(nonce)  # whoever reads it sees whether the record runs
    return Update(key_of(touch.correlation_id), sets, _without_emit([], sets), condition)


def _first_extra(mark: EnterAttempt | AppendEvent, *statuses: Status) -> Update | None:
    """For a record in one of these statuses, not paused, that has no `EXTRA` yet."""
    guess = _bare(mark.correlation_id, mark.step)
    after = marked(guess, mark)
    if after is None:
        return None
    condition = equal(STEP, number(mark.step)).also(_status_in(*statuses)).also(absent(PAUSED)).also(absent(EXTRA))
    return Update(key_of(mark.correlation_id), {EXTRA: item_of(after)[EXTRA]}, (EMIT,), condition)


def _bare(correlation_id: str, step: int) -> Instance:
    return Instance("", correlation_id, "", step, Status.RUNNING, False, "", None, None)


def _status_in(*statuses: Status) -> Condition:
    return one_of(STATUS, [status.value for status in statuses])


def _without_emit(removes: list[str], sets: Values) -> list[str]:
    return removes if EMIT in sets else [*removes, EMIT]
