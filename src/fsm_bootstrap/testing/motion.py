"""Lets the worker work, and virtual time pass, in the order of what becomes due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from math import ulp
from typing import Final

from fsm_adapters._wire.message import decode
from fsm_bootstrap.testing.crashes import WorkerDied
from fsm_bootstrap.testing.wiring import Wiring
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened
from fsm_ports.instance import Instance, Status

_MOST: Final = 100_000
"""Deliveries that one call works off; a machine that makes more, in no time, goes in a circle."""
_PATIENCE: Final = 0.1
"""Seconds from one look at a source that fails to the next."""

_decode = lru_cache(maxsize=10_000)(decode)


class NotAtRest(TimeoutError):
    """A machine did not come to rest; the message says what each one is doing."""


class Motion:
    """One worker at a time; where it dies, the next one takes its place."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring, self._clock = wiring, wiring.clock
        self._worker = wiring.worker()
        self._left = _MOST

    def advance(self, seconds: float) -> None:
        """Let time pass and work off what becomes due, everything at its own time."""
        end, self._left = self._clock.now() + seconds, _MOST
        self._work()
        while (due := self._next()) is not None and due <= end:
            self._move_to(due)
            self._work()
        self._move_to(end)
        self._work()

    def until_rest(self, correlation_id: str | None, longest: float) -> None:
        """Work until that machine, or every machine, is at rest; waiting, failed and paused ones are.

        Raises:
            NotAtRest: it takes longer, or never comes to rest.
        """
        end, self._left = self._clock.now() + longest, _MOST
        while True:
            self._work()
            moving = self._moving(correlation_id)
            if not moving:
                return
            due = self._due(moving)
            if not due:
                raise NotAtRest(f"{_names(moving[0])}, and nothing will move it:\n{self._tell(moving)}")
            if min(due.values()) > end:
                raise NotAtRest(f"{_names(moving[0])} after {longest:g} virtual seconds:\n{self._tell(moving)}")
            # Other machines' messages may be due before: each fires at its own time.
            self._move_to(self._next() or end)

    def _work(self) -> None:
        """Everything that is due now."""
        while True:
            try:
                handled = self._worker.run_once()
            except WorkerDied:
                self._worker, handled = self._wiring.worker(), 1
            if not handled:
                return
            self._left -= handled
            if self._left < 0:
                moving = self._moving(None)
                raise NotAtRest(f"{_MOST} deliveries were worked off, and more are due:\n{self._tell(moving)}")

    def _next(self) -> float | None:
        """When the next message is due: after now, for what is due now has been worked off, or its source fails."""
        times = [at for queue in (self._wiring.queue, self._wiring.retries) if (at := queue.next_at()) is not None]
        return max(min(times), self._clock.now() + _PATIENCE) if times else None

    def _move_to(self, at: float) -> None:
        self._clock.advance(max(0.0, at - self._clock.now()))
        if self._clock.now() < at:  # the difference was rounded down
            self._clock.advance(ulp(at))

    def _moving(self, correlation_id: str | None) -> Sequence[Instance]:
        if correlation_id is None:
            page = self._wiring.store.find(InstanceQuery(status=Status.RUNNING, limit=10**9))
            found: Collection[Instance | PortError | None] = () if isinstance(page, PortError) else page.instances
        else:
            found = self._wiring.store.read([correlation_id])
        return [one for one in found if isinstance(one, Instance) and one.status is Status.RUNNING and not one.paused]

    def _due(self, moving: Sequence[Instance]) -> dict[str, float]:
        """When the next message of each is due; one that is not here has none under way."""
        records = {record.correlation_id: record for record in moving}
        due: dict[str, float] = {}
        for held in (*self._wiring.queue.under_way(), *self._wiring.retries.under_way()):
            message = _decode(held.text)
            record = records.get(message.correlation_id) if isinstance(message, Instance) else None
            if isinstance(message, Instance) and record is not None and _leads_on(message, held.position, record):
                due[record.correlation_id] = min(held.at, due.get(record.correlation_id, held.at))
        return due

    def _tell(self, moving: Sequence[Instance]) -> str:
        due, now = self._due(moving), self._clock.now()
        lines: list[str] = []
        for record in moving[:10]:
            at = due.get(record.correlation_id)
            message = (
                "no message of it is under way: it was lost; advance the clock, then call recover()"
                if at is None
                else f"its next message is due in {max(0.0, at - now):g} s"
            )
            lines.append(
                f"  {record.machine} {record.correlation_id}: in state {record.state!r} at step {record.step}; "
                f"{message}{self._last_error(record)}"
            )
        if len(moving) > len(lines):
            lines.append(f"  and {len(moving) - len(lines)} more")
        return "\n".join(lines)

    def _last_error(self, record: Instance) -> str:
        entries = self._wiring.history.read(record.correlation_id, record.step - 1, 10**9)
        if isinstance(entries, PortError):
            return ""
        notes = [entry.note for entry in entries if entry.happened is Happened.RETRY]
        return f"; it was tried {len(notes)} times, last error: {notes[-1]}" if notes else ""


def _leads_on(message: Instance, position: str, record: Instance) -> bool:
    """It is the record's own message, or the one whose holder committed the record and died before the next."""
    return message.step >= record.step or (message.position or position) == record.position


def _names(record: Instance) -> str:
    return f"{record.machine} is still in state {record.state!r}"
