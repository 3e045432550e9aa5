"""The port HistoryLog in memory."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from threading import Lock

from fsm_adapters.memory.sizes import ITEM_BYTES, entry_too_large
from fsm_ports import HistoryEntry, HistoryLog, PortError, Sent
from fsm_ports.history_log import COMMITS


class MemoryHistoryLog(HistoryLog):
    """Entries of each machine instance, in order."""

    def __init__(self, max_bytes: int = ITEM_BYTES) -> None:
        self._max_bytes = max_bytes
        self._entries: dict[str, list[HistoryEntry]] = {}
        self._committed: set[tuple[str, int]] = set()
        self._lock = Lock()

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        with self._lock:
            return [self._append(entry) for entry in entries]

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        with self._lock:
            return [e for e in self._entries.get(correlation_id, ()) if e.step > after_step][:limit]

    def _append(self, entry: HistoryEntry) -> Sent:
        refusal = entry_too_large(entry, self._max_bytes, "memory://")
        if refusal is not None:
            return refusal
        if entry.happened in COMMITS:  # a step is committed once, so its second entry is the first one repeated
            if (entry.correlation_id, entry.step) in self._committed:
                return None
            self._committed.add((entry.correlation_id, entry.step))
        insort(self._entries.setdefault(entry.correlation_id, []), entry, key=lambda e: (e.step, e.at))
        return None
