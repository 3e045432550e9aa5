"""``fsm history --follow``: what happens to a machine, while it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_bootstrap.cli.output import entry_row
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status

if TYPE_CHECKING:
    from fsm_bootstrap.application import App
    from fsm_bootstrap.cli.rows import RowStream
    from fsm_ports.history_log import HistoryEntry, HistoryLog

_EVERY = 0.5
"""Seconds between two looks."""
_PATIENCE = 5
"""Looks at a machine at rest whose last entry is not there: a log beside the store comes later, or never."""
_PAGE = 1000


def follow_history(app: App, log: HistoryLog, correlation_id: str, out: RowStream) -> None:
    """Write what happened, then what happens, until the machine is at rest.

    Raises:
        PortError: store or log did not answer.
    """
    tail = _Tail(log, correlation_id)
    patience = _PATIENCE
    while True:
        # Record first: what it tells of is in the history by the time that is read.
        record = app.client.get(correlation_id)
        while news := tail.news():
            out.put([entry_row(entry) for entry in news])
        if _at_rest(record):
            patience -= 1
            if tail.tells_of(record) or not patience:
                return
        app.clock.sleep(_EVERY)


def _at_rest(record: Instance) -> bool:
    return record.paused or record.status is not Status.RUNNING


class _Tail:
    """The end of a history.  The last two steps are read again each time: a retry, a mark or a writer that was late
    adds to a step that was told of."""

    def __init__(self, log: HistoryLog, correlation_id: str) -> None:
        self._log, self._correlation_id = log, correlation_id
        self._last: HistoryEntry | None = None
        self._told: set[HistoryEntry] = set()

    def news(self) -> list[HistoryEntry]:
        """What was not told of yet; empty where that is all for now."""
        after, limit = (self._last.step - 2 if self._last is not None else -1), _PAGE + len(self._told)
        found = self._log.read(self._correlation_id, max(after, -1), limit)
        if isinstance(found, PortError):
            raise found
        news = [entry for entry in found if _short(entry) not in self._told]
        if news:
            self._last = found[-1]
            self._told.update(map(_short, news))
            self._told = {entry for entry in self._told if entry.step >= self._last.step - 1}
        return news

    def tells_of(self, record: Instance) -> bool:
        """The last entry is of how the record is."""
        last = self._last
        if last is None or last.step < record.step:
            return False
        return last.step > record.step or last.status is record.status


def _short(entry: HistoryEntry) -> HistoryEntry:
    """What tells it from others; contexts are large."""
    return entry._replace(context=None)
