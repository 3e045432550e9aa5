"""Faults on the way to an event bus."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters.chaos.chaos import Chaos
from fsm_ports.event_bus import EventBus
from fsm_ports.messages import Outgoing
from fsm_ports.results import Sent


class ChaosEventBus(EventBus):
    """An event bus that loses some messages, and some answers."""

    def __init__(self, bus: EventBus, chaos: Chaos) -> None:
        self.max_bytes = bus.max_bytes
        self._bus, self._chaos = bus, chaos

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return self._chaos.each(messages, self._bus.send)
