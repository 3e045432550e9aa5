"""``fsm list``."""

from __future__ import annotations

from fsm_bootstrap.cli.output import Format, instance_row, put, put_one, put_table, say
from fsm_bootstrap.cli.selection import Selection, found
from fsm_bootstrap.cli.session import begin, open_app

COLUMNS = ("id", "machine", "status", "state", "step", "updated", "error")


def list_instances(selection: Selection, cursor: str | None, form: Format, *, count: bool) -> None:
    """One page of machines, or how many there are."""
    app = open_app(begin())
    query = selection.query(app.clock.now())._replace(cursor=cursor)
    if count:
        number = sum(1 for _ in found(app, query))
        put(str(number)) if form is Format.TEXT else put_one({"count": number}, form)
        return
    page = app.client.find(query)
    put_table([instance_row(instance) for instance in page.instances], form, COLUMNS)
    if page.cursor is not None:
        say(f"hint: there are more: --cursor {page.cursor}")
