"""What a timer does: due retries go back to the bus, then what has not moved for too long is taken in hand."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TypedDict

from fsm_adapters.aws_lambda.batch import Invocation
from fsm_adapters.worker.worker import Worker
from fsm_bootstrap.application import App
from fsm_domain.runtime.mover import Mover
from fsm_domain.runtime.recoverer import smallest_age
from fsm_ports.errors import PortError
from fsm_ports.event_handler import EventHandler
from fsm_ports.messages import ACK, NACK, Delivery, Outcome

_log = logging.getLogger(__name__)

MARGIN = 5.0
"""Seconds before the end of an invocation at which nothing new is begun."""
_SOME = 100
"""Records that are recovered between two looks at the clock."""


class Tick(TypedDict):
    """What a tick has done."""

    moved: bool
    """Everything that was due is on its way; else time ran out, or a source or every road was away, and the next tick
    goes on."""
    recovered: int


class _Within(EventHandler):
    """A handler within one invocation: nothing is given more time than that has, and actions see it.

    Knows what it could not do.
    """

    def __init__(self, handler: EventHandler, invocation: Invocation, end: float) -> None:
        self._handler, self._invocation, self._end = handler, invocation, end
        self.left: set[str] = set()
        """Positions of what is to be delivered again."""

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        brought = [delivery._replace(invocation=self._invocation) for delivery in deliveries]
        outcomes = self._handler.handle(brought, min(deadline, self._end))
        for delivery, outcome in zip(deliveries, outcomes, strict=True):
            if outcome is NACK:
                self.left.add(delivery.position)
            elif outcome is ACK:
                self.left.discard(delivery.position)
        return outcomes


def tick(app: App, invocation: Invocation) -> Tick:
    """Never raises for a back end that is away: the next tick comes."""
    budget = invocation.get_remaining_time_in_millis() / 1000.0
    end = app.clock.now() + budget - MARGIN
    moved = _move(app, invocation, end)
    return {"moved": moved, "recovered": _recover(app, budget, end)}


def _move(app: App, invocation: Invocation, end: float) -> bool:
    if not app.retry_sources:
        return True
    # Where the commit is the message nothing can bear a position: what is due is handled here.
    handler = _Within(app.dispatcher if app.store.emits else Mover(app.post), invocation, end)
    claim = max(1.0, min(app.settings.claim_seconds, end - app.clock.now()))
    worker = Worker(app.retry_sources, handler, app.clock, claim_seconds=claim, renew=app.dispatcher.renew)
    worker.run(lambda: app.clock.now() >= end, drained=lambda: True)
    return app.clock.now() < end and not handler.left and not worker.failing


def _recover(app: App, budget: float, end: float) -> int:
    # A run in this function may hold its delivery for all of its time, which a tick has when it begins; one in a worker
    # or in another function for as long as CLAIM_SECONDS says.
    age, recovered = smallest_age(app.machines, max(app.settings.claim_seconds, budget)), 0
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
