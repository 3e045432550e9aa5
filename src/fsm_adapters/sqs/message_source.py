"""Message source on an SQS queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from fsm_adapters._aws.batches import in_chunks
from fsm_adapters._aws.comeback import comeback
from fsm_adapters._aws.errors import ask
from fsm_adapters._aws.notifications import unwrapped
from fsm_adapters._aws.posting import CALL_ENTRIES, told
from fsm_adapters._wire.message import decode
from fsm_adapters.sqs.queue import MAX_VISIBILITY, queue_name, queue_url, whole_seconds
from fsm_ports import ACK, Clock, Defer, Delivery, MessageSource, Outcome, PortError, PortRejected, Sent

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.literals import MessageSystemAttributeNameType
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        DeleteMessageBatchRequestEntryTypeDef,
        MessageTypeDef,
    )

_COUNT: Final[Literal["ApproximateReceiveCount"]] = "ApproximateReceiveCount"
_ASKED: Final[Sequence[MessageSystemAttributeNameType]] = (_COUNT,)


_Held: TypeAlias = tuple[str, int]
"""A receipt handle, and the seconds for which its message is to be hidden."""


@dataclass(eq=False)
class _Receipt:
    """A receipt handle, and how long it is ours: SQS would let a late one act upon the next receiver's claim."""

    handle: str
    until: float
    """Epoch seconds; 0: settled."""


class SqsMessageSource(MessageSource):
    """Long-polls one queue, given by its URL or ARN; also what SNS delivers to it, wrapped or raw.

    A poll waits up to `wait_seconds` for a first message.  The receive count tells of earlier holders; visibility is
    the claim.
    """

    def __init__(
        self, client: Callable[[], SQSClient], queue: str, *, source: str, clock: Clock, wait_seconds: float = 1.0
    ) -> None:
        self._client, self._url, self._source, self._clock = client, queue_url(queue), source, clock
        self._name, self._wait = queue_name(queue), whole_seconds(wait_seconds, 20)

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        received: list[Delivery] = []
        while len(received) < limit:
            most = min(CALL_ENTRIES, limit - len(received))
            some = self._receive(most, visible_until, 0 if received else self._wait)
            if isinstance(some, PortError):
                return received or some
            received += some
            if len(some) < most:
                break
        return received

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        now = self._clock.now()
        seconds = whole_seconds(visible_until - now, MAX_VISIBILITY)
        results = self._each(deliveries, [seconds] * len(deliveries), self._change)
        for delivery, result in zip(deliveries, results, strict=True):
            if result is None and isinstance(delivery.receipt, _Receipt):
                delivery.receipt.until = now + seconds
        return results

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        now = self._clock.now()
        results: list[Sent] = [None] * len(deliveries)
        done = [n for n, outcome in enumerate(outcomes) if outcome is ACK]
        back = [n for n, outcome in enumerate(outcomes) if outcome is not ACK]
        deleted = self._each([deliveries[n] for n in done], [0] * len(done), self._delete)
        seconds = [_seconds(outcomes[n], deliveries[n].received, now) for n in back]
        changed = self._each([deliveries[n] for n in back], seconds, self._change)
        for n, result in zip([*done, *back], [*deleted, *changed], strict=True):
            results[n] = result
        for delivery, result in zip(deliveries, results, strict=True):
            if result is None and isinstance(delivery.receipt, _Receipt):
                delivery.receipt.until = 0.0
        return results

    def _receive(self, most: int, visible_until: float, wait: int) -> Sequence[Delivery] | PortError:
        now = self._clock.now()
        # At least a second: with none the message would be visible to others at once.
        visible = max(1, whole_seconds(visible_until - now, MAX_VISIBILITY))
        answer = ask(
            self._source,
            lambda: self._client().receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=most, VisibilityTimeout=visible, WaitTimeSeconds=wait,
                MessageSystemAttributeNames=_ASKED,
            ),
        )  # fmt: skip
        if isinstance(answer, PortError):
            return answer
        return [self._delivery(message, now + visible) for message in answer.get("Messages", ())]

    def _delivery(self, message: MessageTypeDef, until: float) -> Delivery:
        received = int(message.get("Attributes", {}).get(_COUNT, 1))
        position = f"sqs:{self._name}:{message.get('MessageId', '')}"
        return Delivery(
            decode(unwrapped(message.get("Body", ""))), _Receipt(message.get("ReceiptHandle", ""), until), position,
            received, received > 1, can_defer=True, record=message,
        )  # fmt: skip

    def _each(
        self,
        deliveries: Sequence[Delivery],
        seconds: Sequence[int],
        call: Callable[[Sequence[_Held]], list[Sent]],
    ) -> list[Sent]:
        """Calls for those that are still ours, ten at a time."""
        now = self._clock.now()
        results: list[Sent] = [PortRejected("the claim has passed on", self._source)] * len(deliveries)
        ours = [
            (n, (receipt.handle, wait))
            for n, (receipt, wait) in enumerate(zip([d.receipt for d in deliveries], seconds, strict=True))
            if isinstance(receipt, _Receipt) and receipt.until > now
        ]
        parts = [range(start, min(start + CALL_ENTRIES, len(ours))) for start in range(0, len(ours), CALL_ENTRIES)]
        answers = in_chunks(parts, len(ours), lambda part: call([ours[n][1] for n in part]), self._source)
        for (n, _), answer in zip(ours, answers, strict=True):
            results[n] = answer
        return results

    def _delete(self, held: Sequence[_Held]) -> list[Sent]:
        entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
            {"Id": str(n), "ReceiptHandle": handle} for n, (handle, _) in enumerate(held)
        ]
        answer = ask(self._source, lambda: self._client().delete_message_batch(QueueUrl=self._url, Entries=entries))
        return [answer] * len(held) if isinstance(answer, PortError) else told(answer, len(held), self._source)

    def _change(self, held: Sequence[_Held]) -> list[Sent]:
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
            for n, (handle, seconds) in enumerate(held)
        ]
        answer = ask(
            self._source,
            lambda: self._client().change_message_visibility_batch(QueueUrl=self._url, Entries=entries),
        )
        return [answer] * len(held) if isinstance(answer, PortError) else told(answer, len(held), self._source)


def _seconds(outcome: Outcome, received: int, now: float) -> int:
    return whole_seconds(outcome.until - now, MAX_VISIBILITY) if isinstance(outcome, Defer) else comeback(received)
