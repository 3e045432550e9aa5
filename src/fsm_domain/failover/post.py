"""Gets messages onto the road: the first that accepts wins; what has to wait goes by the roads that can hold it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from fsm_domain.failover.breaker import Breaker
from fsm_domain.failover.first_to_accept import Source, first_to_accept
from fsm_ports.clock import Clock
from fsm_ports.errors import PortUnavailable
from fsm_ports.event_bus import EventBus
from fsm_ports.instance import Instance
from fsm_ports.messages import Outgoing
from fsm_ports.metrics_sink import MetricsSink
from fsm_ports.results import Sent
from fsm_ports.retry_scheduler import RetryScheduler

_ENVELOPE = 4096
"""Bytes left for all of a message but its context and data."""


class Road(Enum):
    """How a message has to travel."""

    NOW = "now"
    """Buses in order, then retry schedulers."""
    LATER = "later"
    """Schedulers that hold first; failing these at once, by any road: too early is better than never."""
    HOLD = "hold"
    """Only by a road that holds it: coming back at once would spin."""


class Parcel(NamedTuple):
    """A message and how it has to travel."""

    outgoing: Outgoing
    road: Road = Road.NOW


class Post:
    """The ordered roads of a message: primary bus, secondary bus, retry schedulers, and the dead-letter sources.

    A message that the smallest road would refuse for its size travels thin: its receiver reads the record.
    """

    def __init__(
        self,
        clock: Clock,
        buses: Sequence[EventBus],
        retries: Sequence[RetryScheduler] = (),
        dead_letters: Sequence[EventBus] = (),
        metrics: MetricsSink | None = None,
    ) -> None:
        roads = _distinct([*buses, *retries])
        if not roads:
            raise ValueError("a post needs at least one event bus or retry scheduler")
        self._metrics = metrics
        self._max_bytes = min(road.max_bytes for road in roads)
        sources = {id(road): Source(road.send, Breaker(clock)) for road in _distinct([*roads, *dead_letters])}
        holding = [retry for retry in retries if retry.max_delay > 0]
        self._roads: dict[Road, list[Source[Outgoing, Sent]]] = {
            Road.NOW: [sources[id(road)] for road in roads],
            Road.LATER: [sources[id(road)] for road in _distinct([*holding, *retries, *buses])],
            Road.HOLD: [sources[id(road)] for road in _distinct(holding)],
        }
        self._dead = [sources[id(road)] for road in _distinct(dead_letters)]

    @property
    def holds(self) -> bool:
        """Some road can hold a message back; else retries go at once, and nothing can wait for a time."""
        return bool(self._roads[Road.HOLD])

    @property
    def keeps_dead_letters(self) -> bool:
        """There is a place for messages that can never be handled."""
        return bool(self._dead)

    def send(self, parcels: Sequence[Parcel]) -> list[Sent]:
        """Send each by its road; None: some road accepted it.  One call a road for all parcels together."""
        sent: list[Sent] = [None] * len(parcels)
        for road, sources in self._roads.items():
            mine = [n for n, parcel in enumerate(parcels) if parcel.road is road]
            if not mine:
                continue
            if not sources:
                results: Sequence[Sent] = [PortUnavailable("no road can hold a message back")] * len(mine)
            else:
                results = first_to_accept([self._fit(parcels[n].outgoing) for n in mine], sources, self._failed_over)
            if len(mine) == len(parcels):  # as a rule
                return list(results)
            for n, result in zip(mine, results, strict=True):
                sent[n] = result
        return sent

    def bury(self, messages: Sequence[Outgoing]) -> list[Sent]:
        """Send to the first dead-letter source that accepts."""
        if not self._dead:
            return [PortUnavailable("no dead-letter source is set")] * len(messages)
        return first_to_accept(messages, self._dead, self._failed_over)

    def _failed_over(self, outgoing: Outgoing) -> None:
        message = outgoing.message
        if self._metrics is None:
            return
        if isinstance(message, Instance):
            self._metrics.count("failover", message.machine, message.state, message.event or "")
        else:
            self._metrics.count("failover", "")

    def _fit(self, outgoing: Outgoing) -> Outgoing:
        message = outgoing.message
        if not isinstance(message, Instance) or message.context is None:
            return outgoing
        room = self._max_bytes - _ENVELOPE - _on_the_wire(message.data)
        # A text of n characters has at most 4 n bytes: only a long one is worth encoding to count.
        if len(message.context) * 4 <= room or _utf8(message.context) <= room:
            return outgoing
        return outgoing._replace(message=message._replace(context=None))


def _on_the_wire(data: str | None) -> int:
    """It travels as a text inside a text of JSON, in ASCII: what is none takes up to six bytes a character."""
    return 0 if data is None else len(json.dumps(data))


def _utf8(text: str) -> int:
    return len(text.encode())


def _distinct(roads: Sequence[EventBus]) -> list[EventBus]:
    """In order, each once: primary and secondary, or bus and scheduler, may be one object."""
    return list({id(road): road for road in roads}.values())
