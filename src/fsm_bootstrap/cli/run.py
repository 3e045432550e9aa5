"""``fsm run``: start a machine, and be its worker until it is at rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fsm_bootstrap.cli.contexts import context_of
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.narrator import Narrator
from fsm_bootstrap.cli.output import Format, instance_detail, parsed, put_one, say
from fsm_bootstrap.cli.session import begin, find_machine, open_app
from fsm_bootstrap.cli.stopping import Stop
from fsm_ports.event_handler import EventHandler
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import NACK, Defer, Delivery, Outcome

if TYPE_CHECKING:
    from fsm_bootstrap.application import App
    from fsm_domain.runtime.registry import AnyMachine

_IDLE = 0.05
"""Seconds between two looks: a person is waiting."""
_OTHERS_WAIT = 1.0
"""Seconds for which the messages of other machines are put off."""


def run_machine(
    spec: str, name: str | None, context: str | None, correlation_id: str | None, timeout: float | None, form: Format
) -> int:
    """Start the machine, or go on with `correlation_id`; FAILED where it ends so."""
    settings = begin()
    machine, machines = find_machine(spec, name, settings)
    # One step a delivery: each transition is told of when it is committed, not ten at a time.
    app = open_app(settings.model_copy(update={"max_chained_transitions": 1}), machines)
    first = _start(app, machine, context, correlation_id)
    say(f"{machine.name} {first.correlation_id}")
    again = f"fsm run {spec}{f' --machine {name}' if name else ''} --id {first.correlation_id}"
    with app:
        record = _work(app, first, timeout, again)
    if form is Format.TEXT:
        put_one({"status": record.status.value, "state": record.state, "context": parsed(record.context)}, form)
    else:
        put_one(instance_detail(record), form)
    return _end(record)


def _start(app: App, machine: AnyMachine, context: str | None, correlation_id: str | None) -> Instance:
    """An id that is known already, and no context that could differ: go on with that machine."""
    if correlation_id is not None and context is None:
        from fsm_domain.runtime.errors import Conflict, NotFound

        try:
            found = app.client.get(correlation_id)
        except NotFound:
            pass
        else:
            if found.machine != machine.name:
                raise Conflict(f"{correlation_id!r} is an instance of {found.machine!r}, not of {machine.name!r}")
            return found
    first = context_of(context, machine, app.codec)
    return app.client.start(machine.name, first, correlation_id=correlation_id)


def _work(app: App, first: Instance, timeout: float | None, again: str) -> Instance:
    from fsm_bootstrap.application import build_worker

    narrator = Narrator(app.machines[first.machine], app.history, app.settings.claim_seconds, say)
    end = app.clock.now() + timeout if timeout is not None else float("inf")
    record = first

    def done() -> bool:
        nonlocal record
        record = app.client.get(first.correlation_id)
        narrator.tell(record, app.clock.now())
        return _at_rest(record) or stop.requested or app.clock.now() >= end

    with Stop() as stop:
        try:
            build_worker(app, _OnlyOne(app, first.correlation_id)).run(done, idle=_IDLE)
        except KeyboardInterrupt:
            stop.requested = True
    if not _at_rest(record):
        where = f"{record.correlation_id} is {record.status.value} in state {record.state!r}"
        hint = f"{again}   goes on with it; so does any worker: fsm worker"
        if stop.requested:
            raise CommandError(Exit.INTERRUPTED, f"interrupted; {where}", hint)
        raise CommandError(Exit.TIMED_OUT, f"not at rest after {timeout:g} s; {where}", hint)
    return record


def _at_rest(record: Instance) -> bool:
    return record.paused or record.status is not Status.RUNNING


def _end(record: Instance) -> int:
    show = f"fsm history {record.correlation_id}"
    if record.status is Status.FAILED:
        raise CommandError(Exit.FAILED, f"{record.machine} failed: {record.error}", f"{show}   shows every attempt")
    if record.status is Status.ABORTED:
        raise CommandError(Exit.FAILED, f"{record.machine} was aborted: {record.error or 'no reason given'}", show)
    if record.paused:
        say(f"hint: it is paused; {show}")
    elif record.status is Status.WAITING:
        say(f"hint: it waits for an outside event; {show}")
    else:
        say(f"hint: {show}   shows every step; fsm list shows all machines")
    return Exit.OK


class _OnlyOne(EventHandler):
    """Handles the deliveries of one instance; those of others, whose machines may be unknown here, are put off."""

    def __init__(self, app: App, correlation_id: str) -> None:
        self._app, self._correlation_id = app, correlation_id

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        mine = [delivery for delivery in deliveries if self._is_mine(delivery)]
        outcomes = iter(self._app.dispatcher.handle(mine, deadline) if mine else ())
        return [next(outcomes) if self._is_mine(delivery) else self._later(delivery) for delivery in deliveries]

    def _is_mine(self, delivery: Delivery) -> bool:
        message = delivery.message
        return isinstance(message, Instance) and message.correlation_id == self._correlation_id

    def _later(self, delivery: Delivery) -> Outcome:
        return Defer(self._app.clock.now() + _OTHERS_WAIT) if delivery.can_defer else NACK
