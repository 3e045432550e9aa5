"""One machine instance at one step: at rest the checkpoint record, in flight the message."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from fsm_ports.names import RESUME_POSITION


class Status(Enum):
    """What a machine instance is doing.  *Paused* is a flag beside it, so that resuming needs no memory."""

    RUNNING = "running"
    """`Instance.event` is the next one to handle, and one message for it is, or is about to be, under way."""
    WAITING = "waiting"
    """At rest until an outside event or a deadline."""
    COMPLETED = "completed"
    """In a final state, for good."""
    FAILED = "failed"
    """At rest at the step that failed; a redrive goes on from there."""
    ABORTED = "aborted"
    """Stopped by an operator, for good."""


RUNNING: Final = Status.RUNNING
WAITING: Final = Status.WAITING
COMPLETED: Final = Status.COMPLETED
"""For what each step asks: until Python 3.12 a member of an enum is looked up by a call."""

ENDED = frozenset({Status.COMPLETED, Status.ABORTED})
"""At rest for good: no event and no operator moves these any more."""


class InboxEvent(NamedTuple):
    """An outside event that came before its wait."""

    id: str
    """Chosen by the sender; repeats of one id are one event."""
    name: str
    data: str | None = None
    """JSON text."""


class Attempt(NamedTuple):
    """A run that began after an earlier holder of the same step may have died."""

    run_id: str
    until: float
    """Epoch seconds: the end of that run's claim.  A run still listed here after this time is taken for dead."""


class Instance(NamedTuple):
    """The whole state of one machine instance; contexts and data cross ports as JSON text, never as objects."""

    machine: str
    """The machine's name.  Messages name machines, never code."""
    correlation_id: str
    definition: str
    """Fingerprint of the machine definition that wrote this record; behind a ``/`` that of the one which wrote the
    context, where it is another; behind a ``+`` the last migration that the context has been through."""
    step: int
    """0, 1, 2, ...: a step number names one message for ever."""
    status: Status
    paused: bool
    state: str
    event: str | None
    """The event to handle next; None while waiting and at the end."""
    context: str | None
    """The user's context as JSON text; None in a thin message, whose receiver reads the record."""
    data: str | None = None
    """JSON text that came with the outside event now being handled."""
    retries: int = 0
    """Failures of this step so far."""
    attempts: tuple[Attempt, ...] = ()
    work: int = 0
    """The step at which this piece of work was first committed: with the correlation id, the idempotency key that
    actions see.  A redrive keeps it."""
    run_id: str = ""
    """Who wrote this record: how a writer that saw no answer knows its own write."""
    position: str = ""
    """In a record: the position of the delivery that caused its commit.  In a message: that of the delivery it stands
    for; empty in a fresh emission, whose first delivery gives it one."""
    not_before: float = 0.0
    """Epoch seconds; 0: at once."""
    deadline: float = 0.0
    """Epoch seconds until which a waiting record waits; 0: for ever."""
    inbox: tuple[InboxEvent, ...] = ()
    seen: tuple[str, ...] = ()
    """Ids of the last outside events that were accepted."""
    home: str = ""
    """Which checkpoint store keeps the record; empty: the primary."""
    started_at: float = 0.0
    """Epoch seconds."""
    updated_at: float = 0.0
    """Epoch seconds of the last commit or touch."""
    error: str | None = None
    """Why it failed, or why this message is tried again or quarantined."""


def as_message(instance: Instance) -> Instance:
    """The record as a fresh emission of its own: without inbox, attempts and position, due at once.

    The position of a resume stays: its message stands for those that were acknowledged because the machine was paused.
    """
    (
        machine, correlation_id, definition, step, status, paused, state, event, context, data, retries, _, work,
        run_id, position, _, deadline, _, _, home, started_at, updated_at, _,
    ) = instance  # fmt: skip
    if position and not is_resumed(instance):
        position = ""
    # Each transition does this once, and `_replace` takes three times as long.
    return Instance(
        machine, correlation_id, definition, step, status, paused, state, event, context, data, retries, (), work,
        run_id, position, 0.0, deadline, (), (), home, started_at, updated_at,
    )  # fmt: skip


def is_foreign(message: Instance) -> bool:
    """The message was written by another framework: whoever writes one here signs it with its run."""
    return not message.run_id


def resume_position(step: int) -> str:
    """The position of the message by which a record that was paused at this step goes on."""
    return f"{RESUME_POSITION}{step}"


def is_resumed(instance: Instance) -> bool:
    """The record, or message, goes on from a resume at this very step."""
    return instance.position.startswith(RESUME_POSITION) and instance.position == resume_position(instance.step)
