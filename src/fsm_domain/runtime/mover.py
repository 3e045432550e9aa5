"""What a timer does with messages whose time has come: it puts them back on the bus."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_domain.failover.post import Parcel, Post
from fsm_ports.event_handler import EventHandler
from fsm_ports.instance import Instance
from fsm_ports.messages import ACK, NACK, Delivery, Outcome, Outgoing, Unreadable


class Mover(EventHandler):
    """Sends every delivery on, with its position, and runs nothing: the bus has workers enough.

    For the entries of a retry source.  A message that no road accepts stays where it is.
    """

    def __init__(self, post: Post) -> None:
        self._post = post

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        outcomes: list[Outcome] = [NACK] * len(deliveries)
        moving = [(n, _onwards(d)) for n, d in enumerate(deliveries) if not isinstance(d.message, Unreadable)]
        for (n, _), error in zip(moving, self._post.send([parcel for _, parcel in moving]), strict=True):
            outcomes[n] = ACK if error is None else NACK
        for n, delivery in enumerate(deliveries):
            if isinstance(delivery.message, Unreadable) and self._post.bury([Outgoing(delivery.message)])[0] is None:
                outcomes[n] = ACK
        return outcomes


def _onwards(delivery: Delivery) -> Parcel:
    """The message in the delivery's place: whoever finds its position in the record owes the emission."""
    message = delivery.message
    if isinstance(message, Instance):
        message = message._replace(position=message.position or delivery.position)
    return Parcel(Outgoing(message, receipt=delivery.receipt))
