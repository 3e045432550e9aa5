"""Event bus on an SQS queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from fsm_adapters._aws.errors import ask
from fsm_adapters._aws.posting import post
from fsm_adapters.sqs.queue import MAX_BYTES, MAX_DELAY, is_fifo, queue_url, whole_seconds
from fsm_ports import Clock, EventBus, Instance, Outgoing, PortError, Random, Sent

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef


class SqsEventBus(EventBus):
    """Messages of one queue, given by its URL or ARN.

    A standard queue delays a message by up to 900 s.  A FIFO queue delays none; there the correlation id is the message
    group, and every send has a deduplication id of its own: a message that is sent again within five minutes is meant.
    """

    def __init__(
        self, client: Callable[[], SQSClient], queue: str, *, source: str, clock: Clock, random: Random,
        max_bytes: int = MAX_BYTES,
    ) -> None:  # fmt: skip
        self.max_bytes = max_bytes
        self._client, self._url, self._source, self._clock, self._random = (
            client,
            queue_url(queue),
            source,
            clock,
            random,
        )
        self._is_fifo = is_fifo(queue)

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return post(messages, self._entry, self._send, self.max_bytes, self._source)

    def _send(self, entries: Sequence[SendMessageBatchRequestEntryTypeDef]) -> Mapping[str, object] | PortError:
        # An answer in which nothing succeeded, or nothing failed, may lack that list: `post` counts.
        return ask(self._source, lambda: self._client().send_message_batch(QueueUrl=self._url, Entries=entries))

    def _entry(self, number: int, outgoing: Outgoing, text: str) -> SendMessageBatchRequestEntryTypeDef:
        entry: SendMessageBatchRequestEntryTypeDef = {"Id": str(number), "MessageBody": text}
        if self._is_fifo:
            message = outgoing.message
            entry["MessageGroupId"] = message.correlation_id if isinstance(message, Instance) else "unreadable"
            entry["MessageDeduplicationId"] = self._random.id()
        elif delay := whole_seconds(outgoing.not_before - self._clock.now(), MAX_DELAY):
            entry["DelaySeconds"] = delay
        return entry
