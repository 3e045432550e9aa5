"""Driving port: what happens to deliveries."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from fsm_ports.messages import Delivery, Outcome


class EventHandler(Protocol):
    """Handles deliveries, whoever received them: a Lambda invocation, a worker, a timer.

    * One outcome a delivery, in order.  Never raises for what is in a delivery.
    * ACK only once whatever follows from the message is safe elsewhere.
    """

    @abstractmethod
    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        """Handle until `deadline` (epoch seconds) at the latest; what was not begun by then comes back as NACK."""
