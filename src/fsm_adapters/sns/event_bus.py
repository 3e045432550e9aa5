"""Event bus on an SNS topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from fsm_adapters._aws.errors import ask
from fsm_adapters._aws.posting import post
from fsm_ports import EventBus, Instance, Outgoing, PortError, Random, Sent

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef

MAX_BYTES: Final = 256 * 1024
"""Bytes of a message, and of all messages of a batch (SNS quotas); a topic's own attribute may allow more."""


class SnsEventBus(EventBus):
    """Messages of one topic; nothing is delayed.

    Every send to a FIFO topic has a deduplication id of its own: a message that is sent again within five minutes is
    meant.  A topic without a subscriber accepts everything and keeps nothing.
    """

    def __init__(
        self, client: Callable[[], SNSClient], topic_arn: str, *, source: str, random: Random,
        max_bytes: int = MAX_BYTES,
    ) -> None:  # fmt: skip
        self.max_bytes = max_bytes
        self._client, self._topic, self._source, self._random = client, topic_arn, source, random
        self._is_fifo = topic_arn.endswith(".fifo")

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return post(messages, self._entry, self._publish, self.max_bytes, self._source)

    def _publish(self, entries: Sequence[PublishBatchRequestEntryTypeDef]) -> Mapping[str, object] | PortError:
        return ask(
            self._source,
            lambda: self._client().publish_batch(TopicArn=self._topic, PublishBatchRequestEntries=entries),
        )

    def _entry(self, number: int, outgoing: Outgoing, text: str) -> PublishBatchRequestEntryTypeDef:
        entry: PublishBatchRequestEntryTypeDef = {"Id": str(number), "Message": text}
        if self._is_fifo:
            message = outgoing.message
            entry["MessageGroupId"] = message.correlation_id if isinstance(message, Instance) else "unreadable"
            entry["MessageDeduplicationId"] = self._random.id()
        return entry
