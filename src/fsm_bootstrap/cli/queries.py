"""``fsm list``, ``fsm show`` and ``fsm history``: what is known of machines that were started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import (
    Format,
    entry_row,
    instance_detail,
    instance_row,
    put,
    put_one,
    put_table,
    say,
)  # fmt: skip
from fsm_bootstrap.cli.session import begin, open_app
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.errors import PortError
from fsm_ports.instance import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fsm_bootstrap.application import App
    from fsm_ports.history_log import HistoryEntry

_COLUMNS = ("id", "machine", "status", "state", "step", "updated", "error")
_PAGE = 1000


def list_instances(
    machine: str | None, status: str | None, state: str | None, limit: int, cursor: str | None, form: Format, *,
    count: bool,
) -> None:  # fmt: skip
    """One page of machines, or how many there are."""
    query = InstanceQuery(machine, _status(status), state, limit=limit, cursor=cursor)
    app = open_app(begin())
    if count:
        number = count_instances(app, query)
        put(str(number)) if form is Format.TEXT else put_one({"count": number}, form)
        return
    page = app.client.find(query)
    put_table([instance_row(instance) for instance in page.instances], form, _COLUMNS)
    if page.cursor is not None:
        say(f"hint: there are more: --cursor {page.cursor}")


def show_instance(correlation_id: str, form: Format) -> None:
    """All that the record holds."""
    app = open_app(begin())
    put_one(instance_detail(app.client.get(correlation_id)), form)


def show_history(correlation_id: str, form: Format) -> None:
    """Every step, retry and error, oldest first."""
    app = open_app(begin())
    app.client.get(correlation_id)
    if app.history is None:
        raise CommandError(Exit.INVALID, "no history is kept", "unset HISTORY, or set PRIMARY_HISTORY_SOURCE")
    rows = [entry_row(entry) for entry in _entries(app, correlation_id)]
    put_table(rows, form, ("at", "step", "happened", "state", "event", "note"))


def count_instances(app: App, query: InstanceQuery) -> int:
    """How many records match.

    Raises:
        PortError: the store did not answer.
    """
    number, cursor = 0, query.cursor
    while True:
        page = app.client.find(query._replace(limit=_PAGE, cursor=cursor))
        number, cursor = number + len(page.instances), page.cursor
        if cursor is None:
            return number


def _entries(app: App, correlation_id: str) -> Iterator[HistoryEntry]:
    """All entries.  A page ends within a step at times: that step is then read again as a whole."""
    assert app.history is not None
    after, limit = -1, _PAGE
    while True:
        page = app.history.read(correlation_id, after, limit)
        if isinstance(page, PortError):
            raise page
        if len(page) < limit:
            yield from page
            return
        last = page[-1].step
        whole = [entry for entry in page if entry.step < last]
        yield from whole
        if whole:
            after, limit = last - 1, _PAGE
        else:
            limit *= 2


def _status(text: str | None) -> Status | None:
    if text is None:
        return None
    try:
        return Status(text.lower())
    except ValueError:
        known = ", ".join(status.value for status in Status)
        raise CommandError(Exit.USAGE, f"--status {text}: there is no such status", f"one of: {known}") from None
