"""``fsm start``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_bootstrap.cli.contexts import context_of
from fsm_bootstrap.cli.exits import CommandError, Exit, end_of
from fsm_bootstrap.cli.output import Format, Row, instance_row, put, put_one, put_table
from fsm_bootstrap.cli.progress import progress
from fsm_bootstrap.cli.session import begin, load, open_app, spec_of
from fsm_domain.runtime.registry import known, registry
from fsm_ports.instance import Instance

if TYPE_CHECKING:
    from fsm_bootstrap.application import App

_CHUNK = 500
"""Machines a call: one transaction on SQLite, and a few a second on the progress bar."""


def start_machines(
    name: str, spec: str | None, context: str | None, correlation_id: str | None, count: int, form: Format
) -> int:
    """Start `count` machines with one context; prints each id as soon as it is durable."""
    if correlation_id is not None and count > 1:
        raise CommandError(Exit.USAGE, f"--id names one machine, --count {count} starts many", "leave out one of them")
    settings = begin()
    machines = load(spec_of(spec, settings))
    machine = known(registry(machines), name)
    app = open_app(settings, machines)
    first = context_of(context, machine, app.codec)
    out = _Out(form, one=count == 1)
    if count == 1:
        out.put([app.client.start(name, first, correlation_id=correlation_id)])
    else:
        _start_many(app, name, first, count, out)
    out.end()
    return Exit.OK


def _start_many(app: App, name: str, context: object, count: int, out: _Out) -> None:
    from fsm_domain.runtime.client import StartRequest

    with progress(f"starting {name}", count) as advance:
        while out.started < count:
            requests = [StartRequest(context)] * min(_CHUNK, count - out.started)
            results = app.client.start_many(name, requests)
            out.put([result for result in results if isinstance(result, Instance)])
            advance(out.started)
            failed = [result for result in results if not isinstance(result, Instance)]
            if failed:
                out.end()
                end = end_of(failed[0])
                message = f"{out.started} of {count} are known to have started; the rest: {end.message}"
                raise CommandError(end.code, message, end.hint)


class _Out:
    """Ids as they come; a JSON array only when all are there."""

    def __init__(self, form: Format, *, one: bool) -> None:
        self.started = 0
        self._form, self._one = form, one
        self._rows: list[Row] = []

    def put(self, instances: list[Instance]) -> None:
        self.started += len(instances)
        rows = [instance_row(instance) for instance in instances]
        if self._form is Format.JSON:
            self._rows += rows
        elif self._form is Format.JSONL:
            put_table(rows, self._form, ())
        else:
            for instance in instances:
                put(instance.correlation_id)

    def end(self) -> None:
        if self._form is Format.JSON:
            put_one(self._rows[0], self._form) if self._one else put_table(self._rows, self._form, ())
