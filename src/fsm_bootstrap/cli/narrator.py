"""Tells a person what happens to one machine while it happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fsm_domain.runtime.registry import AnyMachine
from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened, HistoryEntry, HistoryLog
from fsm_ports.instance import Instance
from fsm_ports.names import PSEUDO_INIT

_SILENCE = 3.0
"""Seconds without news of a message that is due, after which we say why that may be."""


class Narrator:
    """Says each entry of the history once; without a history, the states that the record goes through."""

    def __init__(
        self, machine: AnyMachine, history: HistoryLog | None, claim_seconds: float, say: Callable[[str], None]
    ) -> None:
        self._machine, self._history, self._claim, self._say = machine, history, claim_seconds, say
        self._step, self._told_of_step = -1, 0
        self._event = PSEUDO_INIT
        self._news_at = 0.0

    def tell(self, record: Instance, now: float) -> None:
        """Say what is new; `record` is the machine's present one."""
        entries = self._news(record)
        for entry in entries:
            line = self._line(entry, record, now)
            if line:
                self._say(f"{_clock(entry.at - record.started_at)}  {line}")
        if entries or not self._news_at:
            self._news_at = now
        elif now - max(self._news_at, record.not_before) > _SILENCE:
            self._say(f"waiting: another worker has it, or died with it (its claim ends within {self._claim:g} s)")
            self._news_at = float("inf")

    def _news(self, record: Instance) -> Sequence[HistoryEntry]:
        if self._history is None:
            return self._step_of(record)
        found = self._history.read(record.correlation_id, self._step - 1)
        if isinstance(found, PortError):
            return ()
        # The last step that was told of is read again: a retry or a failure stays at its step.
        news = found[self._told_of_step :]
        for entry in news:
            self._told_of_step = self._told_of_step + 1 if entry.step == self._step else 1
            self._step = entry.step
        return news

    def _step_of(self, record: Instance) -> Sequence[HistoryEntry]:
        if record.step == self._step:
            return ()
        self._step = record.step
        happened = Happened.STARTED if record.step == 0 else Happened.STEP
        return [
            HistoryEntry(
                record.correlation_id, record.step, record.updated_at, happened, record.machine, record.state,
                record.event, record.status,
            )
        ]  # fmt: skip

    def _line(self, entry: HistoryEntry, record: Instance, now: float) -> str:
        before, self._event = self._event, entry.event or ""
        note = " | ".join((entry.note or "").splitlines())
        match entry.happened:
            case Happened.STARTED:
                return "started"
            case Happened.STEP:
                return f"-> {entry.state}" if before == PSEUDO_INIT else f"{before} -> {entry.state}"
            case Happened.RETRY:
                wait = record.not_before - now
                when = f" in {wait:.1f} s" if record.retries == entry.retries and wait > 0 else ""
                return f"{self._entering(entry)}: retry {entry.retries}{when}: {note}"
            case Happened.FAILED:
                return f"{self._entering(entry)}: failed: {note}"
            case _:
                return f"{entry.happened.value}: {note}" if note else entry.happened.value

    def _entering(self, entry: HistoryEntry) -> str:
        """The state whose action was running: the one that the record's event leads to."""
        if entry.state == PSEUDO_INIT:
            return str(self._machine.initial)
        edge = self._machine.edges.get((entry.state, entry.event or ""))
        return str(edge.target.name) if edge is not None else entry.state


def _clock(seconds: float) -> str:
    return f"{max(seconds, 0.0):7.2f} s"
