"""Conditional writes to a checkpoint record, and what each does to it.

`committed` and `marked` are the specification in executable form: a store does in one atomic step what they say, by
whatever means its technology has.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, assert_never

from fsm_ports.instance import ENDED, Attempt, InboxEvent, Instance, Status, resume_position
from fsm_ports.names import INBOX_BYTES, INBOX_EVENTS, SEEN_EVENTS


class Commit(NamedTuple):
    """Advance a record by one step.

    Step 0 applies IF there is no record.  Step n + 1 applies IF the record is at step n AND its status is `expected`.
    Everything of the record is replaced, but for what belongs to others: the paused flag, the inbox and the seen ids
    stay (only the event `taken` leaves the inbox and becomes seen).  No attempts are left.
    """

    instance: Instance
    expected: Status = Status.RUNNING
    hold_until: float = 0.0
    """Epoch seconds; 0: not held.  A store that emits delivers the record no earlier: the writer goes on with it."""
    taken: str = ""
    """Id of the outside event that this commit consumes."""
    note: str = ""
    """Why, for the history: an operator's reason."""
    adopts: bool = False
    """The record of a message that another framework sent: applies, at any step, IF there is no record, or one at an
    earlier step that has not ended."""


class Fail(NamedTuple):
    """To `failed` in place, IF at `step` and running."""

    correlation_id: str
    step: int
    error: str
    now: float
    home: str = ""


class Abort(NamedTuple):
    """To `aborted` in place, IF not ended."""

    correlation_id: str
    reason: str
    now: float
    home: str = ""


class Pause(NamedTuple):
    """Sets the paused flag, IF clear and not ended."""

    correlation_id: str
    reason: str
    now: float
    home: str = ""


class Resume(NamedTuple):
    """Clears the paused flag and gives the record the position of a resume, IF the flag is set.  A store that emits
    delivers the record."""

    correlation_id: str
    reason: str
    now: float
    home: str = ""


class Touch(NamedTuple):
    """Takes a record over for recovery: sets updated_at, IF at `step`, running or waiting, not paused, and updated_at
    is as read.  A store that emits delivers a running record again."""

    correlation_id: str
    step: int
    updated_at: float
    """As read, epoch seconds."""
    now: float
    home: str = ""
    reason: str = ""


class EnterAttempt(NamedTuple):
    """Adds a run to the attempts, IF at `step`, running and not paused.  Twice is once."""

    correlation_id: str
    step: int
    attempt: Attempt
    home: str = ""


class LeaveAttempt(NamedTuple):
    """Takes a run out of the attempts, IF at `step`: it ended in order, without a commit."""

    correlation_id: str
    step: int
    run_id: str
    home: str = ""


class AppendEvent(NamedTuple):
    """Puts an outside event into the inbox, IF at `step`, not ended, and the event's id is not among the seen.

    A waiting record that handles the event is for the sender to see when it reads the record; the step fence makes sure
    that it has not begun to wait since.  Beyond the bounds of the inbox the write is refused.
    """

    correlation_id: str
    step: int
    event: InboxEvent
    now: float
    home: str = ""


Mark: TypeAlias = Fail | Abort | Pause | Resume | Touch | EnterAttempt | LeaveAttempt | AppendEvent
"""A write in place: the step stays.  Only a `Resume` and a `Touch` make a store that emits deliver the record."""


def committed(found: Instance | None, commit: Commit) -> Instance | None:
    """The record after the commit; None where it is refused."""
    after = commit.instance
    if after.attempts:
        after = after._replace(attempts=())
    if found is None:
        return after if after.step == 0 or commit.adopts else None
    if not _follows(found, commit):
        return None
    seen = found.seen
    if commit.taken and commit.taken not in seen:
        seen = (*seen, commit.taken)[-SEEN_EVENTS:]
    inbox = tuple(event for event in found.inbox if event.id != commit.taken) if commit.taken else found.inbox
    if (after.paused, after.inbox, after.seen) == (found.paused, inbox, seen):
        return after  # as a rule: a copy of a record takes longer than all the rest
    return after._replace(paused=found.paused, inbox=inbox, seen=seen)


def _follows(found: Instance, commit: Commit) -> bool:
    step = commit.instance.step
    if commit.adopts:
        return found.step < step and found.status not in ENDED
    return found.step == step - 1 and found.status is commit.expected


def marked(found: Instance | None, mark: Mark) -> Instance | None:
    """The record after the mark; None where it is refused."""
    if found is None:
        return None
    match mark:
        case Fail():
            applies = found.step == mark.step and found.status is Status.RUNNING
            return found._replace(status=Status.FAILED, error=mark.error, updated_at=mark.now) if applies else None
        case Abort():
            applies = found.status not in ENDED
            return found._replace(status=Status.ABORTED, error=mark.reason, updated_at=mark.now) if applies else None
        case Pause():
            return found._replace(paused=True) if not found.paused and found.status not in ENDED else None
        case Resume():
            return _resumed(found, mark)
        case Touch():
            return found._replace(updated_at=mark.now) if _touchable(found, mark) else None
        case EnterAttempt():
            return _entered(found, mark)
        case LeaveAttempt():
            left = tuple(a for a in found.attempts if a.run_id != mark.run_id)
            return found._replace(attempts=left) if found.step == mark.step else None
        case AppendEvent():
            return _appended(found, mark)
    assert_never(mark)


def _resumed(found: Instance, mark: Resume) -> Instance | None:
    if not found.paused:
        return None
    return found._replace(paused=False, position=resume_position(found.step), updated_at=mark.now)


def _touchable(found: Instance, mark: Touch) -> bool:
    moving = found.status in (Status.RUNNING, Status.WAITING) and not found.paused
    return moving and found.step == mark.step and found.updated_at == mark.updated_at


def _entered(found: Instance, mark: EnterAttempt) -> Instance | None:
    if found.step != mark.step or found.status is not Status.RUNNING or found.paused:
        return None
    others = tuple(a for a in found.attempts if a.run_id != mark.attempt.run_id)
    return found._replace(attempts=(*others, mark.attempt))


def _appended(found: Instance, mark: AppendEvent) -> Instance | None:
    if found.step != mark.step or found.status in ENDED or mark.event.id in found.seen:
        return None
    inbox = (*found.inbox, mark.event)
    if len(inbox) > INBOX_EVENTS or sum(map(inbox_bytes, inbox)) > INBOX_BYTES:
        return None
    return found._replace(inbox=inbox, seen=(*found.seen, mark.event.id)[-SEEN_EVENTS:])


def inbox_bytes(event: InboxEvent) -> int:
    """UTF-8 bytes that an event counts against `INBOX_BYTES`."""
    return sum(len(part.encode()) for part in (event.id, event.name, event.data or ""))
