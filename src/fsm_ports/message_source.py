"""Port: where a worker, or a timer, gets deliveries from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from fsm_ports.errors import PortError
from fsm_ports.messages import Delivery, Outcome
from fsm_ports.results import Sent


class MessageSource(Protocol):
    """A queue, a stream, a retry table or a file of records, polled.

    * `receive` hands out at most `limit` messages that are due and hides them from every other receiver until
      `visible_until` (epoch seconds); one that is neither settled nor extended by then is delivered again.
    * A message whose earlier holder may have died says so (`Delivery.maybe_died`), and is handed out alone where the
      source can: its death may be the message's doing, and a neighbour should not be blamed.
    * Positions are stable: every delivery of one message bears the same, no other message bears it.
    * `settle` acts under the delivery's claim only: an outcome that comes after the claim has passed to another
      receiver, or after the message was replaced by a later one, changes nothing.
    * ACK forgets the message, NACK makes it due again soon (the source may wait a little), `Defer` when it says.
    * `extend` moves the end of the claim; where the claim is lost already the item is answered with `PortRejected`.
    * `close` is called when the receiver goes; it may have nothing to do.
    * A message that cannot be decoded is delivered as `Unreadable`.
    """

    @abstractmethod
    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError: ...

    @abstractmethod
    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]: ...

    @abstractmethod
    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]: ...

    def close(self) -> None:
        """Hand on what this receiver alone holds, such as its part of a stream, so that others need not wait for it."""
        return
