"""Runs an earlier part of a machine's life again, under another name."""

from __future__ import annotations

from fsm_domain.machine.migration import event_now, stamp, state_now
from fsm_domain.runtime.caller import Caller
from fsm_domain.runtime.errors import Conflict, FsmError, NotFound
from fsm_domain.runtime.registry import known
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError
from fsm_ports.history_log import HistoryEntry
from fsm_ports.instance import Instance, Status
from fsm_ports.results import Committed
from fsm_ports.writes import Commit


class Replayer:
    """Needs a history log that keeps contexts."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._caller = Caller(runtime)

    def replay(self, correlation_id: str, from_step: int, *, new_id: str | None = None) -> Instance:
        """Start a new instance where the old one was after `from_step`; returns its record.

        The old instance is left alone.  Actions run again with idempotency keys of the new one.  Repeating the call
        with the same `new_id` is safe.

        Raises:
            NotFound: no such instance, or its history does not know the step.
            Conflict: the machine was at rest for good after that step, or another instance has the new id.
            FsmError: no history is kept.
            PortError: it is not known whether it was started.
        """
        record = self._caller.read(correlation_id)
        first = self._first(record, self._entry(correlation_id, from_step), new_id or self._runtime.random.id())
        result = self._caller.commit(Commit(first, note=f"replays step {from_step} of {correlation_id}"))
        if isinstance(result, Committed):
            started = result.instance
        elif result.found is not None and _begins_alike(result.found, first):
            started = result.found
        else:
            raise Conflict(f"cannot replay as {first.correlation_id!r}: there is another instance of this id")
        self._caller.emit(started, first.run_id)
        return started

    def _entry(self, correlation_id: str, step: int) -> HistoryEntry:
        history = self._runtime.history
        if history is None:
            raise FsmError("no history is kept, so nothing can be replayed; set HISTORY=on or PRIMARY_HISTORY_SOURCE")
        entries = history.read(correlation_id, step - 1, 100)
        if isinstance(entries, PortError):
            raise entries
        for entry in entries:
            if entry.step == step and entry.context is not None:
                return entry
        raise NotFound(f"the history of {correlation_id!r} has no step {step}")

    def _first(self, record: Instance, entry: HistoryEntry, new_id: str) -> Instance:
        if entry.status not in (Status.RUNNING, Status.WAITING):
            raise Conflict(
                f"cannot replay {record.correlation_id!r} from step {entry.step}: it was {entry.status.value} then; "
                "name an earlier step"
            )
        now = self._runtime.clock.now()
        machine = known(self._runtime.machines, record.machine)
        state = state_now(machine, entry.state)
        event = None if entry.event is None else event_now(machine, state, entry.event)
        node = machine.nodes.get(state)
        wait = node.deadline if node is not None and entry.status is Status.WAITING else None
        return Instance(
            machine=record.machine, correlation_id=new_id, definition=stamp(machine, record.definition),
            step=0, status=entry.status, paused=False, state=state, event=event, context=entry.context,
            run_id=self._runtime.random.id(), deadline=0.0 if wait is None else now + wait, started_at=now,
            updated_at=now,
        )  # fmt: skip


def _begins_alike(found: Instance, first: Instance) -> bool:
    """A repeated call finds what the first one made, at its first step."""
    return (found.machine, found.step, found.state, found.event, found.context) == (
        first.machine, 0, first.state, first.event, first.context,
    )  # fmt: skip
