"""Port: the past of machine instances, for people.  Never needed for correctness."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, Protocol

from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.results import Sent
from fsm_ports.writes import Abort, AppendEvent, Commit, EnterAttempt, Fail, LeaveAttempt, Mark, Pause, Resume, Touch


class Happened(Enum):
    """What a history entry tells of."""

    STARTED = "started"
    STEP = "step"
    """A transition was committed."""
    RETRY = "retry"
    """A run failed and will be tried again."""
    EVENT = "event"
    """An outside event or a deadline was taken."""
    INBOX = "inbox"
    """An outside event came before its wait."""
    REDRIVEN = "redriven"
    FAILED = "failed"
    ABORTED = "aborted"
    PAUSED = "paused"
    RESUMED = "resumed"
    RECOVERED = "recovered"
    ADOPTED = "adopted"
    """A machine that another framework ran was taken over at this step."""


COMMITS = frozenset({Happened.STARTED, Happened.STEP, Happened.EVENT, Happened.REDRIVEN, Happened.ADOPTED})
"""What a step becomes true by: once a step."""


class HistoryEntry(NamedTuple):
    """One thing that happened to one machine instance."""

    correlation_id: str
    step: int
    """The record's step after it."""
    at: float
    """Epoch seconds."""
    happened: Happened
    machine: str
    state: str
    event: str | None
    status: Status
    retries: int = 0
    run_id: str = ""
    note: str | None = None
    """The error, or the operator's reason."""
    context: str | None = None
    """The context after a commit, as JSON text."""


class HistoryLog(Protocol):
    """An append-only log a machine instance.

    * `read` gives the entries of one instance in the order of their steps, entries of one step in the order of time.
    * `append` may be repeated; a commit's entry is then kept once.
    """

    @abstractmethod
    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]: ...

    @abstractmethod
    def read(
        self, correlation_id: str, after_step: int = -1, limit: int = 1000
    ) -> Sequence[HistoryEntry] | PortError: ...


def entry_of_commit(commit: Commit, after: Instance) -> HistoryEntry:
    """The history entry of a commit that took place."""
    if commit.adopts:
        happened = Happened.ADOPTED
    elif after.step == 0:
        happened = Happened.STARTED
    elif commit.expected is Status.FAILED:
        happened = Happened.REDRIVEN
    elif commit.expected is Status.WAITING:
        happened = Happened.EVENT
    else:
        happened = Happened.STEP
    return _entry(after, happened, after.updated_at, commit.note or commit.taken or None, after.context)


def entry_of_mark(mark: Mark, after: Instance) -> HistoryEntry | None:
    """The history entry of a mark that took place; None for bookkeeping that tells a person nothing."""
    match mark:
        case Fail():
            return _entry(after, Happened.FAILED, mark.now, mark.error)
        case Abort():
            return _entry(after, Happened.ABORTED, mark.now, mark.reason)
        case Pause():
            return _entry(after, Happened.PAUSED, mark.now, mark.reason)
        case Resume():
            return _entry(after, Happened.RESUMED, mark.now, mark.reason)
        case Touch():
            return _entry(after, Happened.RECOVERED, mark.now, mark.reason or None)
        case AppendEvent():
            return _entry(after, Happened.INBOX, mark.now, mark.event.name)
        case EnterAttempt() | LeaveAttempt():
            return None


def entry_of_retry(message: Instance, error: str, now: float) -> HistoryEntry:
    """The history entry of a run that failed and will be tried again; `message` bears the new retry count."""
    return _entry(message, Happened.RETRY, now, error)


def _entry(
    after: Instance, happened: Happened, at: float, note: str | None, context: str | None = None
) -> HistoryEntry:
    return HistoryEntry(
        after.correlation_id, after.step, at, happened, after.machine, after.state, after.event, after.status,
        after.retries, after.run_id, note, context,
    )  # fmt: skip
