"""SNS topics, each with a queue that subscribes, from which its messages are received."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fsm_bootstrap.resources.queue import Queue
from fsm_bootstrap.resources.resource import Difference, done, found
from fsm_bootstrap.source import Source
from fsm_ports.errors import PortError

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient

MISSING: Final = frozenset({"NotFound", "NotFoundException"})


def queue_of(topic: Source) -> Source:
    """The ARN of the queue that is made for a topic."""
    stem, fifo, _ = topic.partition(".fifo")
    return Source(f"{stem.replace(':sns:', ':sqs:', 1)}-fsm{fifo}")


def policy_for(topic: Source) -> str:
    """Lets the topic, and no other, send to its queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": str(queue_of(topic)),
        "Condition": {"ArnEquals": {"aws:SourceArn": str(topic)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True)
class Topic:
    """A topic and the subscription of its queue."""

    source: Source
    purpose: str
    variables: tuple[str, ...]
    client: Callable[[], SNSClient] = field(repr=False)
    queue: Queue

    def describe(self) -> str:
        return f"topic, and queue {self.queue.source.name} that subscribes to it"

    def look(self) -> Sequence[Difference] | PortError | None:
        topic = found(self.source, lambda: self.client().get_topic_attributes(TopicArn=self.source), MISSING)
        if topic is None or isinstance(topic, PortError):
            return topic
        queue = self.queue.look()
        if isinstance(queue, PortError):
            return queue
        number = int(topic["Attributes"].get("SubscriptionsConfirmed", "0"))
        if queue is None and number:
            return []  # somebody else subscribes: a function, or a queue of another name
        if queue is None or not number:
            return [Difference("nothing subscribes to it, so messages vanish", mend=self._subscribe)]
        return queue

    def create(self) -> PortError | None:
        fifo = {"FifoTopic": "true"} if self.queue.is_fifo else {}
        return (
            done(self.source, lambda: self.client().create_topic(Name=self.source.name, Attributes=fifo))
            or self._subscribe()
        )

    def _subscribe(self) -> PortError | None:
        return self.queue.create() or done(
            self.source,
            lambda: self.client().subscribe(
                TopicArn=self.source,
                Protocol="sqs",
                Endpoint=self.queue.source,
                Attributes={"RawMessageDelivery": "true"},
                ReturnSubscriptionArn=True,
            ),
        )
