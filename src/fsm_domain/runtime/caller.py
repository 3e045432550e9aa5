"""Writes on behalf of a caller who waits for the answer: a lost answer is asked for again, a failure is raised."""

from __future__ import annotations

from fsm_domain.failover.post import Parcel
from fsm_domain.runtime.errors import Conflict, InboxFull, NotFound
from fsm_domain.runtime.follow_up import follow_up
from fsm_domain.runtime.runtime import Runtime
from fsm_domain.runtime.taking_up import is_signed
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.history_log import HistoryEntry, entry_of_commit, entry_of_mark
from fsm_ports.instance import ENDED, InboxEvent, Instance, Status
from fsm_ports.names import INBOX_BYTES, INBOX_EVENTS
from fsm_ports.results import CommitResult, Committed, Refused
from fsm_ports.writes import (
    Abort,
    AppendEvent,
    Commit,
    EnterAttempt,
    Fail,
    LeaveAttempt,
    Mark,
    Pause,
    Resume,
    Touch,
    inbox_bytes,
)


class Caller:
    """What client, operator and recoverer have in common."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def read(self, correlation_id: str) -> Instance:
        """The record.

        Raises:
            NotFound: there is none.
            PortError: the store did not answer.
        """
        found = self._runtime.store.read([correlation_id])[0]
        if isinstance(found, PortError):
            raise found
        if found is None:
            raise NotFound(f"no machine instance is called {correlation_id!r}")
        return found

    def commit(self, commit: Commit) -> Committed | Refused:
        """Commit; a write of ours whose answer was lost counts as committed.

        Raises:
            PortError: it is not known to have taken place; the caller may repeat the whole call.
        """
        machine = self._runtime.machines.get(commit.instance.machine)
        signed = [machine] if machine is not None and is_signed(commit.instance, machine) else []
        result: CommitResult = self._runtime.definitions.commit([commit], signed)[0]
        if isinstance(result, OutcomeUnknown):
            result = self._runtime.store.commit([commit])[0]
        if isinstance(result, PortError):
            raise result
        if isinstance(result, Refused) and _is_ours(result.found, commit):
            result = Committed(result.found) if result.found is not None else result
        if isinstance(result, Committed):
            self.tell([entry_of_commit(commit, result.instance)])
        return result

    def mark(self, mark: Mark) -> Committed | Refused:
        """Mark, asking again once where the answer was lost; a record that then shows the mark counts as marked.

        Raises:
            PortError: it is not known to have taken place.
        """
        result: CommitResult = self._runtime.store.mark([mark])[0]
        if isinstance(result, OutcomeUnknown):
            result = self._runtime.store.mark([mark])[0]
            if isinstance(result, Refused) and result.found is not None and _shows(result.found, mark):
                result = Committed(result.found)
        if isinstance(result, PortError):
            raise result
        entry = entry_of_mark(mark, result.instance) if isinstance(result, Committed) else None
        if entry is not None:
            self.tell([entry])
        return result

    def emit(self, record: Instance, run_id: str) -> None:
        """Send what the record owes; a waiting record may first take an event or its deadline.

        Raises:
            PortError: no road accepted it; repeating the whole call sends it again.
        """
        runtime = self._runtime
        owed = follow_up(
            record, runtime.machines.get(record.machine), emits=runtime.store.emits, run_id=run_id, position="",
            now=runtime.clock.now(), early=runtime.limits.early,
        )  # fmt: skip
        if isinstance(owed, Parcel):
            error = runtime.post.send([owed])[0]
            if error is not None:
                raise error
        elif owed is not None:
            result = self.commit(owed)
            if isinstance(result, Committed):
                self.emit(result.instance, run_id)

    def tell(self, entries: list[HistoryEntry]) -> None:
        """Into the history, where the store does not write it itself."""
        if self._runtime.history is not None and not self._runtime.store.keeps_history:
            self._runtime.history.append(entries)


def _is_ours(found: Instance | None, commit: Commit) -> bool:
    return found is not None and found.step == commit.instance.step and found.run_id == commit.instance.run_id


def _shows(found: Instance, mark: Mark) -> bool:
    """The record is as the mark leaves it: a second try of a mark that took place is refused for that very reason."""
    match mark:
        case Pause():
            return found.paused
        case Resume():
            return not found.paused
        case Abort():
            return found.status is Status.ABORTED and found.error == mark.reason
        case Touch():
            return (found.step, found.updated_at) == (mark.step, mark.now)
        case AppendEvent():
            # Further on it may be seen because it was taken, by a commit whose sender still owes the message.
            return found.step == mark.step and mark.event.id in found.seen
        case Fail():
            return (found.step, found.status, found.error) == (mark.step, Status.FAILED, mark.error)
        case EnterAttempt() | LeaveAttempt():  # a dispatcher's own; it looks at the record found
            return False


def doing(record: Instance) -> str:
    """What the instance is doing, for a person."""
    if record.paused and record.status not in ENDED:
        return f"it is paused in state {record.state!r} at step {record.step}"
    return f"it is {record.status.value} in state {record.state!r} at step {record.step}"


def conflict(record: Instance | None, wish: str) -> Conflict:
    """The error of a caller who lost a race, or came at the wrong time."""
    if record is None:
        return Conflict(f"cannot {wish}: the record is gone")
    return Conflict(f"cannot {wish} {record.correlation_id!r}: {doing(record)}")


def not_kept(record: Instance, event: InboxEvent) -> Conflict:
    """The error of whoever sends an event that the record does not keep for later."""
    held, size = sum(map(inbox_bytes, record.inbox)), inbox_bytes(event)
    if record.status in ENDED or (len(record.inbox) < INBOX_EVENTS and held + size <= INBOX_BYTES):
        return conflict(record, f"keep {event.name!r} for")
    return InboxFull(
        f"cannot keep {event.name!r} of {size} bytes for {record.correlation_id!r}: its inbox holds "
        f"{len(record.inbox)} events of at most {INBOX_EVENTS}, and {held} bytes of at most {INBOX_BYTES}",
        size,
    )
