"""What the messages of a machine instance tell of its past."""

from __future__ import annotations

from typing import Final

from fsm_adapters._shards.reader import Record
from fsm_ports import Happened, HistoryEntry, Instance
from fsm_ports.instance import is_resumed
from fsm_ports.names import PSEUDO_INIT

_ORDER: Final = {Happened.RETRY: 1, Happened.RESUMED: 2}


class History:
    """The messages of one instance, seen in any order and any number of times."""

    def __init__(self, correlation_id: str, after_step: int) -> None:
        self._correlation_id, self._after_step = correlation_id, after_step
        self._entries: dict[tuple[int, Happened | None, int], HistoryEntry] = {}

    def add(self, record: Record) -> None:
        message = record.message
        if not isinstance(message, Instance) or message.correlation_id != self._correlation_id:
            return
        if message.step <= self._after_step:
            return
        if is_resumed(message):
            self._keep(_entry(message, Happened.RESUMED, record.sent_at), 0)
        # Whatever stands for a step says that it was committed; the retried and the resumed message bear its data too.
        self._keep(_entry(message, _commit(message), message.updated_at or record.sent_at, message.context), 0)
        if message.retries:
            self._keep(_entry(message, Happened.RETRY, record.sent_at, note=message.error), message.retries)

    def entries(self) -> list[HistoryEntry]:
        return sorted(self._entries.values(), key=lambda e: (e.step, e.at, _ORDER.get(e.happened, 0), e.retries))

    def _keep(self, entry: HistoryEntry, retries: int) -> None:
        kind = entry.happened if entry.happened in _ORDER else None  # a step is committed once
        known = self._entries.setdefault((entry.step, kind, retries), entry)
        if entry.at < known.at or (known.context is None and entry.context is not None and kind is None):
            self._entries[entry.step, kind, retries] = entry


def _commit(message: Instance) -> Happened:
    if message.state == PSEUDO_INIT:
        return Happened.STARTED
    return Happened.EVENT if message.data is not None else Happened.STEP


def _entry(
    message: Instance, happened: Happened, at: float, context: str | None = None, note: str | None = None
) -> HistoryEntry:
    retries = message.retries if happened is Happened.RETRY else 0
    return HistoryEntry(
        message.correlation_id, message.step, at, happened, message.machine, message.state, message.event,
        message.status, retries, message.run_id, note, context,
    )  # fmt: skip
