"""``fsm history``: what happened to a machine, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.following import follow_history
from fsm_bootstrap.cli.from_stream import kinesis_log
from fsm_bootstrap.cli.options import Origin
from fsm_bootstrap.cli.output import Format, Row, entry_row, say
from fsm_bootstrap.cli.rows import RowStream
from fsm_bootstrap.cli.session import begin, open_app
from fsm_ports.errors import PortError

if TYPE_CHECKING:
    from fsm_bootstrap.application import App
    from fsm_ports.history_log import HistoryEntry, HistoryLog

_COLUMNS = ("at", "step", "happened", "state", "event", "note")
_PAGE = 1000


def show_history(
    correlation_id: str,
    form: Format,
    origin: Origin = Origin.RECORDS,
    *,
    follow: bool = False,
    export: Path | None = None,
) -> None:
    """Every step, retry and error, oldest first; with `follow`, also those that are still to come.

    With `export` they are written there, and shown only if they are followed, too.

    Raises:
        CommandError: no history is kept; the file cannot be written; a JSON array that would end who knows when.
        PortError: the history was not read.
    """
    if follow and form is Format.JSON:
        message = "--follow with --output json: an array has no end until the machine is at rest"
        raise CommandError(Exit.USAGE, message, "--output jsonl writes an object a line, at once")
    app = open_app(begin())
    app.client.get(correlation_id)
    log = kinesis_log(app) if origin is Origin.KINESIS else history_of(app)
    out = RowStream(form, _COLUMNS)
    if follow:
        follow_history(app, log, correlation_id, out)
    if export is not None:
        _export(_rows(entries(log, correlation_id)), export)
    elif not follow:
        for page in pages(log, correlation_id):
            out.put([entry_row(entry) for entry in page])
        out.end()


def history_of(app: App) -> HistoryLog:
    """Raises:
    CommandError: there is none.
    """
    if app.history is None:
        raise CommandError(Exit.INVALID, "no history is kept", "unset HISTORY, or set PRIMARY_HISTORY_SOURCE")
    return app.history


def entries(log: HistoryLog, correlation_id: str, after: int = -1) -> Iterator[HistoryEntry]:
    """All entries of the steps after that one; raises `PortError`."""
    for page in pages(log, correlation_id, after):
        yield from page


def pages(log: HistoryLog, correlation_id: str, after: int = -1) -> Iterator[list[HistoryEntry]]:
    """All entries of the steps after that one, many at a time.

    A page of the log ends within a step at times: that step is then read again, as a whole.

    Raises:
        PortError: the log did not answer.
    """
    limit = _PAGE
    while True:
        page = log.read(correlation_id, after, limit)
        if isinstance(page, PortError):
            raise page
        if len(page) < limit:
            yield list(page)
            return
        last = page[-1].step
        whole = [entry for entry in page if entry.step < last]
        if whole:
            yield whole
            after, limit = last - 1, _PAGE
        else:
            limit *= 2


def _rows(found: Iterable[HistoryEntry]) -> Iterator[Row]:
    return (entry_row(entry) for entry in found)


def _export(rows: Iterable[Row], path: Path) -> None:
    """The file is there when it is whole."""
    if path.is_dir():
        raise CommandError(Exit.USAGE, f"--export {path}: this is a folder", "name a file")
    part = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        part.replace(path)
    except OSError as error:
        raise CommandError(Exit.USAGE, f"--export {path}: {error.strerror or error}", "name a file") from None
    finally:
        part.unlink(missing_ok=True)
    say(f"wrote {count} entries to {path}")
