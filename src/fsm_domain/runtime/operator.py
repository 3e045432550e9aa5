"""What people and outside systems do to a machine: whatever restarts it is a commit, whatever stops it a mark."""

from __future__ import annotations

from typing import Literal

from fsm_domain.failover.post import Parcel, Road
from fsm_domain.machine.errors import did_you_mean
from fsm_domain.machine.migration import event_now
from fsm_domain.runtime.caller import Caller, conflict, not_kept
from fsm_domain.runtime.errors import Conflict, UnknownEvent
from fsm_domain.runtime.follow_up import wake
from fsm_domain.runtime.registry import AnyMachine, known
from fsm_domain.runtime.runtime import Runtime
from fsm_domain.runtime.taking_up import is_strange, taken_up, was_an_event
from fsm_ports.instance import ENDED, InboxEvent, Instance, Status, as_message
from fsm_ports.messages import Outgoing
from fsm_ports.names import DEADLINE_EVENT, EVENT_POSITION, REDRIVE_POSITION
from fsm_ports.results import Committed, Refused
from fsm_ports.writes import Abort, AppendEvent, Commit, Pause, Resume, Touch

_TRIES = 8
"""How often a send reads the record again; each time another writer has moved the machine in between."""

Sending = Literal["taken", "inbox", "seen"]
"""What became of an event: taken by a wait, kept for a later one, or known already."""


class Operator:
    """Each act is one conditional write.

    Every method raises `NotFound` for an unknown id, `Conflict`, which says what the instance is doing, for a race that
    was lost, and a `PortError` where it is not known what happened: repeating the call is safe.  A reason lands in the
    history.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._caller = Caller(runtime)

    def send(
        self, correlation_id: str, event: str, data: str | None = None, event_id: str | None = None,
        expect_step: int | None = None,
    ) -> Sending:  # fmt: skip
        """Give an outside event to the wait that it is for, else to the inbox; `data` is JSON text.

        Repeating it with the same `event_id` changes nothing.  `expect_step` says which step it is meant for: one that
        is behind the record conflicts.
        """
        incoming = InboxEvent(event_id or self._runtime.random.id(), event, data)
        record = self._caller.read(correlation_id)
        for _ in range(_TRIES):
            sending = self._offer(record, incoming, expect_step)
            if not isinstance(sending, Instance):
                return sending
            record = sending
        raise Conflict(f"cannot send {event!r} to {correlation_id!r}: it moved {_TRIES} times meanwhile; send again")

    def report(
        self, correlation_id: str, event: str, data: str | None, event_id: str, expect_step: int
    ) -> Sending:  # fmt: skip
        """Like `send`, for who does not know the machine, such as a container: a worker gives the event to its wait."""
        incoming = InboxEvent(event_id, event, data)
        record = self._caller.read(correlation_id)
        for _ in range(_TRIES):
            if event_id in record.seen:
                self._call_for(record)  # a caller who saw no answer asks again
                return "seen"
            if record.status in ENDED or expect_step < record.step:
                raise conflict(record, f"report {event!r} to")
            append = AppendEvent(correlation_id, record.step, incoming, self._runtime.clock.now(), record.home)
            result = self._caller.mark(append)
            if isinstance(result, Committed):
                self._call_for(result.instance)
                return "inbox"
            record = _moved(result, record, incoming)
        raise Conflict(f"cannot report {event!r} to {correlation_id!r}: it moved {_TRIES} times meanwhile; try again")

    def _call_for(self, record: Instance) -> None:
        """Have a worker look at the inbox of a record that waits."""
        if record.status is Status.WAITING and record.inbox and not record.paused:
            now = self._runtime.clock.now()
            call = as_message(record)._replace(not_before=now)
            error = self._runtime.post.send([Parcel(Outgoing(call, now), Road.LATER)])[0]
            if error is not None:
                raise error

    def abort(self, correlation_id: str, reason: str = "") -> Instance:
        """Stop for good.  A run in mid-action can no longer commit."""
        record = self._caller.read(correlation_id)
        return self._mark(Abort(correlation_id, reason, self._runtime.clock.now(), record.home), "abort")

    def pause(self, correlation_id: str, reason: str = "") -> Instance:
        """Start nothing more; a run in mid-action still commits its step."""
        record = self._caller.read(correlation_id)
        return self._mark(Pause(correlation_id, reason, self._runtime.clock.now(), record.home), "pause")

    def resume(self, correlation_id: str, reason: str = "") -> Instance:
        """Go on where the machine was paused.  A repeated call emits again."""
        record = self._caller.read(correlation_id)
        if record.paused:
            result = self._caller.mark(Resume(correlation_id, reason, self._runtime.clock.now(), record.home))
            found = result.instance if isinstance(result, Committed) else result.found
            if found is None:
                raise conflict(None, "resume")
            record = found  # refused: it is resumed already, which the read did not show yet
        if record.status not in (Status.RUNNING, Status.WAITING):
            raise conflict(record, "resume")
        self._caller.emit(record, self._runtime.random.id())
        return record

    def redrive(self, correlation_id: str, reason: str = "") -> Instance:
        """Try a failed machine again from the step that failed, with fresh counters and the same idempotency key."""
        record = self._caller.read(correlation_id)
        run_id = self._runtime.random.id()
        if _is_redriven(record):
            self._caller.emit(record, run_id)  # a caller who saw no answer asks again
            return record
        after = as_message(record)._replace(
            step=record.step + 1, status=Status.RUNNING, retries=0, run_id=run_id, position=REDRIVE_POSITION + run_id,
            updated_at=self._runtime.clock.now(),
        )  # fmt: skip
        result = self._caller.commit(Commit(after, Status.FAILED, note=reason))
        found = result.instance if isinstance(result, Committed) else result.found
        if found is None or not _is_redriven(found):
            raise conflict(found, "redrive")
        self._caller.emit(found, run_id)
        return found

    def restore(self, correlation_id: str, reason: str = "") -> Instance:
        """Send the machine's message again from its record, as recovery would, but now."""
        record = self._caller.read(correlation_id)
        now = self._runtime.clock.now()
        restored = self._mark(
            Touch(correlation_id, record.step, record.updated_at, now, record.home, reason), "restore"
        )
        self._caller.emit(restored, self._runtime.random.id())
        return restored

    def _offer(self, record: Instance, event: InboxEvent, expect_step: int | None) -> Sending | Instance:
        """An instance: somebody moved the machine meanwhile, so look again, at this."""
        run_id = self._runtime.random.id()
        machine = self._knows(record, event.name)
        if record.position == EVENT_POSITION + event.id:
            self._caller.emit(record, run_id)  # a caller who saw no answer asks again
            return "taken"
        if event.id in record.seen:
            if is_strange(record, machine):
                self._call_for(record)  # a caller who saw no answer asks again
            return "seen"
        if record.status in ENDED or (expect_step is not None and expect_step < record.step):
            raise conflict(record, f"send {event.name!r} to")
        state = taken_up(record, machine).state
        if record.status is Status.WAITING and (state, event_now(machine, state, event.name)) in machine.edges:
            return self._wake(record, machine, event, run_id)
        append = AppendEvent(record.correlation_id, record.step, event, self._runtime.clock.now(), record.home)
        result = self._caller.mark(append)
        if isinstance(result, Committed):
            if is_strange(result.instance, machine):
                self._call_for(result.instance)
            return "inbox"
        return _moved(result, record, event)

    def _knows(self, record: Instance, event: str) -> AnyMachine:
        """The machine, which handles the event in some state."""
        machine = known(self._runtime.machines, record.machine)
        names = {name for _, name in machine.edges} - {DEADLINE_EVENT}
        if event not in names and not was_an_event(machine, event):
            raise UnknownEvent(f"no state of machine {machine.name!r} handles {event!r}{did_you_mean(event, names)}")
        return machine

    def _wake(self, record: Instance, machine: AnyMachine, event: InboxEvent, run_id: str) -> Sending | Instance:
        """The wait is there for one event: of two that race for it, or of an event and the deadline, one loses.

        What is refused by this event's own commit is looked at again: its first sender may not live to send it on.
        """
        position = EVENT_POSITION + event.id
        result = self._caller.commit(wake(record, machine, event, run_id, position, self._runtime.clock.now()))
        if isinstance(result, Committed):
            self._caller.emit(result.instance, run_id)
            return "taken"
        if result.found is not None and event.id in result.found.seen:
            return result.found
        raise conflict(result.found, f"send {event.name!r} to")

    def _mark(self, mark: Abort | Pause | Resume | Touch, wish: str) -> Instance:
        result = self._caller.mark(mark)
        if isinstance(result, Committed):
            return result.instance
        raise conflict(result.found, wish)


def _moved(refused: Refused, record: Instance, event: InboxEvent) -> Instance:
    """The record to look at again.

    Raises:
        Conflict: it is where it was, so that nothing but its bounds can have refused the event; or it is gone.
    """
    found = refused.found
    if found is None:
        raise conflict(None, f"keep {event.name!r} for")
    if found.step == record.step and event.id not in found.seen:
        raise not_kept(found, event)
    return found


def _is_redriven(record: Instance) -> bool:
    return record.status is Status.RUNNING and record.position.startswith(REDRIVE_POSITION)
