"""What happens to machines, as log lines."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened, HistoryEntry, HistoryLog
from fsm_ports.results import Sent

_log = logging.getLogger("fsm.history")

_LEVELS: Final = {Happened.FAILED: logging.ERROR, Happened.RETRY: logging.WARNING, Happened.RECOVERED: logging.WARNING}
"""All others: INFO."""


class LoggedHistory(HistoryLog):
    """Writes each entry to the logger ``fsm.history``, then hands it to another log, if there is one.

    The lines hold no payload: neither contexts nor the text of errors that actions raised, which may quote them; with
    ``payloads=True`` they hold both.
    """

    def __init__(self, inner: HistoryLog | None = None, *, payloads: bool = False) -> None:
        self._inner, self._payloads = inner, payloads

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        for entry in entries:
            _log.log(_LEVELS.get(entry.happened, logging.INFO), "%s", entry.happened.value, extra=self._fields(entry))
        return [None] * len(entries) if self._inner is None else self._inner.append(entries)

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        return [] if self._inner is None else self._inner.read(correlation_id, after_step, limit)

    def _fields(self, entry: HistoryEntry) -> dict[str, object]:
        fields: dict[str, object] = {
            "machine": entry.machine,
            "correlation_id": entry.correlation_id,
            "step": entry.step,
            "state": entry.state,
            "event": entry.event,
            "status": entry.status.value,
            "retries": entry.retries,
        }
        if self._payloads:
            return fields | {"note": entry.note, "context": entry.context}
        return fields | ({} if entry.note is None else {"note": entry.note.partition(":")[0]})
