"""Event bus on a DynamoDB table with a stream."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from fsm_adapters._wire.message import encode
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.batch_write import BatchWrite
from fsm_adapters.dynamodb.types import (
    HASH_KEY_BYTES,
    ITEM_BYTES,
    Item,
    key_text,
    number,
    text,
    too_large,
    whole_seconds,
)
from fsm_ports import Clock, EventBus, Message, Outgoing, PortRejected, Random, Sent, Unreadable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEPT: Final = 2 * 86_400
"""Seconds after which a table with a TTL may forget an item: its stream forgets the record after one day."""

_AROUND: Final = HASH_KEY_BYTES + 512
"""Bytes of an item that are not the message."""


class DynamoEventBus(EventBus):
    """Each message is written as the item of its machine instance; the table's stream carries it to the receiver.

    `table` is its name or its ARN.  An `Unreadable` gets an item of its own.
    """

    max_bytes = ITEM_BYTES - _AROUND

    def __init__(
        self, client: Callable[[], DynamoDBClient], table: str, *, source: str, clock: Clock, random: Random
    ) -> None:
        self._clock, self._random, self._source = clock, random, source
        self._write = BatchWrite(client, table, (attributes.CORRELATION_ID,), source)

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        now = self._clock.now()
        return self._write.put([self._item(outgoing.message, now) for outgoing in messages])

    def _item(self, message: Message, now: float) -> Item | PortRejected:
        payload = encode(message)
        return too_large(payload, self.max_bytes, self._source) or {
            attributes.CORRELATION_ID: text(_key(message)),
            attributes.PAYLOAD: text(payload),
            attributes.NONCE: text(self._random.id()),
            attributes.TIMESTAMP: number(now),
            attributes.TIMEOUT: whole_seconds(now + KEPT),
        }


def _key(message: Message) -> str:
    if isinstance(message, Unreadable):
        digest = hashlib.sha256(message.text.encode(errors="backslashreplace")).hexdigest()
        return f"unreadable:{digest}"
    return key_text(message.correlation_id, HASH_KEY_BYTES)
