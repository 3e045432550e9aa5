"""Event bus on the records of a checkpoint table whose stream is read: commit is emit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fsm_adapters._wire.message import encode
from fsm_adapters.dynamodb.conditional import Unmet
from fsm_adapters.dynamodb.expressions import sending
from fsm_adapters.dynamodb.items import record_of
from fsm_adapters.dynamodb.record_table import RecordTable, each
from fsm_adapters.dynamodb.replicated import Replicas
from fsm_adapters.dynamodb.types import HASH_KEY_BYTES, ITEM_BYTES, Item, too_large
from fsm_ports import Clock, EventBus, Outgoing, PortError, PortUnavailable, Random, Sent, Status, Unreadable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class DynamoRecordBus(EventBus):
    """Sends a message by giving the record that it stands for a fresh `emit`; the table's stream delivers the record.

    * A message is delivered only while its record is at that step and runs.  Where the record has gone on, is at rest
      or is past that retry, the message is accepted and dropped: it has nothing left to say.  Of a paused record only
      the retries are noted; its resume will emit it.
    * What is no message of a running record is `PortUnavailable`: another road may take it.
    * A position, a time and an error of the message's own travel in `emit`, behind its fresh text.  The record's
      position must stay what it is, because it tells who may emit the record again; and a message that is sent in
      another's stead has to arrive under the position that it was sent with, or nobody could do the same for it.  They
      leave the item with the next write, as `emit` does.
    * The stream cannot hold a message back: one with a time is delivered at once, and bears the time.

    `table` and `replicas` are those of the checkpoint store.
    """

    max_bytes = ITEM_BYTES - HASH_KEY_BYTES - 2_048
    """An item has, beside what its message has, its place in the index and the names of its attributes."""

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        *,
        source: str,
        clock: Clock,
        random: Random,
        replicas: Sequence[Callable[[], DynamoDBClient]] = (),
    ) -> None:
        regions = Replicas((client, *replicas), clock)
        self._table, self._source, self._random = RecordTable(regions, regions, table, source), source, random

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return each(self._send, messages, self._source)

    def _send(self, outgoing: Outgoing) -> Sent:
        message = outgoing.message
        if isinstance(message, Unreadable):
            return PortUnavailable("only records travel here", self._source)
        if message.status is not Status.RUNNING:
            return PortUnavailable(f"a record that is {message.status.value} is no message", self._source)
        if rejection := too_large(encode(message), self.max_bytes, self._source):
            return rejection
        answer = self._table.update(sending(message, self._random.id()))
        if isinstance(answer, PortError):
            return answer
        return self._unmet(answer.found, message.step) if isinstance(answer, Unmet) else None

    def _unmet(self, item: Item, step: int) -> Sent:
        found = record_of(item, self._source)
        if isinstance(found, PortError):
            return found
        if found is None or found.step < step:
            return PortUnavailable("there is no such record", self._source)
        return None
