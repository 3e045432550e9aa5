"""Faults between the past and those who write and read it."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters.chaos.chaos import Chaos
from fsm_ports.errors import PortError
from fsm_ports.history_log import HistoryEntry, HistoryLog
from fsm_ports.results import Sent


class ChaosHistoryLog(HistoryLog):
    """A log that loses some entries, and some answers."""

    def __init__(self, log: HistoryLog, chaos: Chaos) -> None:
        self._log, self._chaos = log, chaos

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        return self._chaos.each(entries, self._log.append)

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        return self._chaos.one(lambda: self._log.read(correlation_id, after_step, limit))
