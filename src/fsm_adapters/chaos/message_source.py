"""Faults between a worker and its source."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters.chaos.chaos import Chaos
from fsm_ports.errors import PortError
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import Delivery, Outcome
from fsm_ports.results import Sent


class ChaosMessageSource(MessageSource):
    """A source that fails at times; deliveries whose answer is lost stay hidden until their visibility ends."""

    def __init__(self, source: MessageSource, chaos: Chaos) -> None:
        self._source, self._chaos = source, chaos

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        return self._chaos.one(lambda: self._source.receive(limit, visible_until))

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return self._chaos.each(deliveries, lambda some: self._source.extend(some, visible_until))

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        def settle(some: Sequence[tuple[Delivery, Outcome]]) -> Sequence[Sent]:
            return self._source.settle([delivery for delivery, _ in some], [outcome for _, outcome in some])

        return self._chaos.each(list(zip(deliveries, outcomes, strict=True)), settle)

    def close(self) -> None:
        self._source.close()
