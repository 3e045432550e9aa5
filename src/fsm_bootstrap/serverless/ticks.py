"""What a timer does: due retries go back to the bus, then what has not moved for too long is taken in hand."""

from __future__ import annotations

import logging
from typing import TypedDict

from fsm_adapters.aws_lambda.batch import Invocation
from fsm_adapters.worker.worker import Worker
from fsm_bootstrap.application import App
from fsm_domain.runtime.mover import Mover
from fsm_domain.runtime.recoverer import smallest_age
from fsm_ports.errors import PortError
from fsm_ports.event_handler import EventHandler

_log = logging.getLogger(__name__)

MARGIN = 5.0
"""Seconds before the end of an invocation at which nothing new is begun."""
_SOME = 100
"""Records that are recovered between two looks at the clock."""


class Tick(TypedDict):
    """What a tick has done."""

    moved: bool
    """Everything that was due is on its way; else time ran out, and the next tick goes on."""
    recovered: int


def tick(app: App, invocation: Invocation) -> Tick:
    """Never raises for a back end that is away: the next tick comes."""
    end = app.clock.now() + invocation.get_remaining_time_in_millis() / 1000.0 - MARGIN
    moved = _move(app, end)
    return {"moved": moved, "recovered": _recover(app, end)}


def _move(app: App, end: float) -> bool:
    if not app.retry_sources:
        return True
    # Where the commit is the message nothing can bear a position: what is due is handled here.
    handler: EventHandler = app.dispatcher if app.store.emits else Mover(app.post)
    claim = max(1.0, min(app.settings.claim_seconds, end - app.clock.now()))
    worker = Worker(app.retry_sources, handler, app.clock, claim_seconds=claim, renew=app.dispatcher.renew)
    worker.run(lambda: app.clock.now() >= end, drained=lambda: True)
    return app.clock.now() < end


def _recover(app: App, end: float) -> int:
    age, recovered = smallest_age(app.machines, app.settings.claim_seconds), 0
    while app.clock.now() < end:
        try:
            some = app.recoverer.recover(age, _SOME)
        except PortError as error:
            _log.warning("recovery: %s; the next tick goes on", error)
            break
        recovered += some
        if some < _SOME:
            break
    return recovered
