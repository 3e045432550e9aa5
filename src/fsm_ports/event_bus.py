"""Port: a road for messages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from fsm_ports.messages import Outgoing
from fsm_ports.results import Sent


class EventBus(Protocol):
    """Takes messages and brings each to some worker at least once.

    * One result an item, in order; None means accepted: the message will be delivered, even if this process dies now.
    * One item's failure does not fail another.
    * Sending may be repeated, and may then deliver twice.  Order is not promised.
    * A message is delivered as it was sent; changing anything after the call changes nothing.
    * `Outgoing.not_before` is honoured as far as the road can hold (`RetryScheduler.max_delay`), else it is ignored.
    * A message beyond `max_bytes` is answered with `PortRejected`.
    """

    max_bytes: int
    """Encoded size of the largest message that this road takes."""

    @abstractmethod
    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]: ...
