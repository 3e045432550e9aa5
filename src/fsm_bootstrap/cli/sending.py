"""``fsm send`` and ``fsm replay``."""

from __future__ import annotations

from fsm_bootstrap.cli.contexts import data_of
from fsm_bootstrap.cli.exits import Exit
from fsm_bootstrap.cli.output import Format, instance_row, put, put_one
from fsm_bootstrap.cli.past import history_of
from fsm_bootstrap.cli.session import begin, load, open_app, spec_of


def send_event(
    correlation_id: str, event: str, spec: str | None, data: str | None, event_id: str | None, expect_step: int | None,
    form: Format,
) -> int:  # fmt: skip
    """Give an outside event to a machine; prints what became of it."""
    text = data_of(data)
    settings = begin()
    app = open_app(settings, load(spec_of(spec, settings)))
    outcome = app.operator.send(correlation_id, event, text, event_id, expect_step)
    if form is Format.TEXT:
        put(outcome)
    else:
        put_one({"id": correlation_id, "event": event, "event_id": event_id, "outcome": outcome}, form)
    return Exit.OK


def replay_instance(correlation_id: str, step: int, new_id: str | None, spec: str | None, form: Format) -> int:
    """Run an earlier part of a machine's life again, under another id; prints that."""
    settings = begin()
    app = open_app(settings, load(spec_of(spec, settings)))
    history_of(app)
    replayed = app.replayer.replay(correlation_id, step, new_id=new_id)
    put(replayed.correlation_id) if form is Format.TEXT else put_one(instance_row(replayed), form)
    return Exit.OK
