"""What is sent, what is delivered, and what becomes of a delivery."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, TypeAlias

from fsm_ports.instance import Instance


class Unreadable(NamedTuple):
    """A message that cannot be decoded: kept whole, so that a dead-letter source can hold it."""

    text: str
    reason: str


Message: TypeAlias = Instance | Unreadable


class Outgoing(NamedTuple):
    """A message on its way to a bus or a retry scheduler."""

    message: Message
    not_before: float = 0.0
    """Epoch seconds before which it should not be delivered; 0: at once.  A road that cannot hold it that long delivers
    it earlier, and the receiver puts it off again (the message bears the time too)."""
    receipt: object = None
    """The claim under which the sender held the delivery that this message stands for; None: there was none.  Only a
    bus whose queue *is* that claim looks at it: where the claim has passed on, the message is accepted and dropped."""


class Delivery(NamedTuple):
    """A message handed to a worker, which holds it until its visibility ends or it is settled."""

    message: Message
    receipt: object
    """Claim token: opaque to all but the source that made it."""
    position: str
    """Names this message at its source, the same at every delivery (SQS message id, shard and sequence number)."""
    received: int = 1
    """Times delivered, this one included; 0 where the source does not count."""
    maybe_died: bool = False
    """An earlier holder may have died in mid-work: delivered or claimed before, held longer than agreed; on sources
    that do not count, older than a few seconds or seen before by this process."""
    can_defer: bool = False
    """The source honours `Defer`."""
    record: object = None
    """What the source was handed, as its service writes it; for actions that want to look at it."""
    invocation: object = None
    """The context of the Lambda invocation that brought it; None elsewhere."""


class Settled(Enum):
    """The two outcomes without a time."""

    ACK = "ack"
    """Done with: the source forgets it."""
    NACK = "nack"
    """Not done with: the source delivers it again."""


ACK = Settled.ACK
NACK = Settled.NACK


class Defer(NamedTuple):
    """Not now: the source keeps the message hidden until `until` (epoch seconds), then delivers it again."""

    until: float


Outcome: TypeAlias = Settled | Defer
