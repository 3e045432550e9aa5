"""Message source on an SNS topic: the queue that subscribes to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fsm_adapters._aws.errors import ask
from fsm_ports import Delivery, MessageSource, Outcome, PortError, PortUnavailable, Sent

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sns.type_defs import ListSubscriptionsByTopicResponseTypeDef


class SnsMessageSource(MessageSource):
    """Asks which queue subscribes to the topic when first polled, and polls that one from then on.

    `poll` makes the message source of a queue from its ARN.  Of several queues the first by name is polled: each of
    them gets every message.
    """

    def __init__(
        self,
        client: Callable[[], SNSClient],
        topic_arn: str,
        poll: Callable[[str], MessageSource],
        *,
        source: str,
    ) -> None:
        self._client, self._topic, self._poll, self._source = client, topic_arn, poll, source
        self._found: MessageSource | None = None

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        queue = self._queue()
        return queue if isinstance(queue, PortError) else queue.receive(limit, visible_until)

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        queue = self._queue()
        if isinstance(queue, PortError):
            return [queue] * len(deliveries)
        return queue.extend(deliveries, visible_until)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        queue = self._queue()
        if isinstance(queue, PortError):
            return [queue] * len(deliveries)
        return queue.settle(deliveries, outcomes)

    def close(self) -> None:
        if self._found is not None:
            self._found.close()

    def _queue(self) -> MessageSource | PortError:
        if self._found is None:
            queues = self._subscribed()
            if isinstance(queues, PortError):
                return queues
            if not queues:
                return PortUnavailable(
                    "no queue subscribes to the topic, so nothing can be polled: fsm resources create makes one",
                    self._source,
                )
            self._found = self._poll(min(queues))
        return self._found

    def _subscribed(self) -> Sequence[str] | PortError:
        """ARNs of the queues, from all pages; one that is not confirmed yet receives nothing."""
        queues: list[str] = []
        token: str | None = ""
        while token is not None:
            page = self._page(token)
            if isinstance(page, PortError):
                return page
            for subscription in page["Subscriptions"]:
                confirmed = subscription.get("SubscriptionArn", "").startswith("arn:")
                if confirmed and subscription.get("Protocol") == "sqs":
                    queues.append(subscription.get("Endpoint", ""))
            token = page.get("NextToken") or None
        return queues

    def _page(self, token: str) -> ListSubscriptionsByTopicResponseTypeDef | PortError:
        def call() -> ListSubscriptionsByTopicResponseTypeDef:
            client = self._client()
            if token:
                return client.list_subscriptions_by_topic(TopicArn=self._topic, NextToken=token)
            return client.list_subscriptions_by_topic(TopicArn=self._topic)

        return ask(self._source, call, "Subscriptions")
