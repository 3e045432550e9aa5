"""A message source that is made when something first polls it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fsm_ports.errors import PortError
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import Delivery, Outcome
from fsm_ports.results import Sent


class LazySource(MessageSource):
    """What only a worker needs (a place for positions, say) is not made by a command that starts or shows a machine.

    One thread polls it.
    """

    def __init__(self, make: Callable[[], MessageSource]) -> None:
        self._make = make
        self._made: MessageSource | None = None

    def open(self) -> MessageSource:
        """The source itself.

        Raises:
            PortMisconfigured: it cannot be made.
        """
        if self._made is None:
            self._made = self._make()
        return self._made

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        return self.open().receive(limit, visible_until)

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return self.open().extend(deliveries, visible_until)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        return self.open().settle(deliveries, outcomes)

    def close(self) -> None:
        if self._made is not None:
            self._made.close()
