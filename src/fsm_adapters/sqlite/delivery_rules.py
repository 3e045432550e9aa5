"""When a record is delivered as a message: the record is the message, so every write decides it."""

from __future__ import annotations

from typing import NamedTuple

from fsm_ports import Instance, Mark
from fsm_ports.instance import RUNNING, WAITING
from fsm_ports.writes import Abort, AppendEvent, EnterAttempt, Fail, LeaveAttempt, Pause, Resume, Touch


class Due(NamedTuple):
    """The columns of a record that make it a message."""

    ready_at: float | None
    """Epoch seconds; None: never."""
    received: int
    """Times handed out since it last became another message."""
    claim: str | None
    """Token of who holds it, or held it last."""


def ready_at(after: Instance, hold_until: float = 0.0) -> float | None:
    """When a record is to be delivered that has just been committed; None: never."""
    if after.status is RUNNING:
        return max(after.updated_at, after.not_before, hold_until)
    if after.status is not WAITING:
        return None
    if after.inbox:
        return max(after.updated_at, hold_until)
    return max(after.deadline, hold_until) if after.deadline else None


def after_mark(mark: Mark, after: Instance, due: Due) -> Due:
    """What a mark that took place makes of the delivery there was."""
    match mark:
        case Fail() | Abort():
            return Due(None, 0, None)
        case Resume():
            return Due(ready_at(after), 0, None)
        case Touch():
            # Whoever held it may have died: the next holder is to know.
            return Due(ready_at(after), due.received, None)
        case AppendEvent() if after.status is WAITING:
            # Without its claim, a holder who has not seen the event cannot put the record to sleep over it.
            return Due(mark.now, 0, None)
        case AppendEvent() | Pause() | EnterAttempt() | LeaveAttempt():
            return due
