"""A checkpoint store whose writes are messages, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters._wire.message import encode
from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.sizes import ITEM_BYTES, too_large
from fsm_adapters.memory.stream import MemoryStream
from fsm_ports import EventBus, Instance, Outgoing, PortRejected, PortUnavailable, Sent, Status, Unreadable
from fsm_ports.instance import as_message

SOURCE = "memory table"


class MemoryTable(MemoryCheckpointStore, EventBus):
    """Like a DynamoDB table with its stream: a commit, a `Resume` or a `Touch` of a running record is its message.

    As a bus it writes the record that the message stands for again, so a message is delivered only while its record is
    at that step and runs.  What is no running record is refused.
    """

    emits = True
    can_hold = False
    max_bytes = 400_000

    def __init__(
        self, stream: MemoryStream, history: MemoryHistoryLog | None = None, record_bytes: int = ITEM_BYTES
    ) -> None:
        super().__init__(history, record_bytes)
        self._stream = stream

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        with self._lock:
            return [self._send(outgoing.message) for outgoing in messages]

    def _send(self, message: Instance | Unreadable) -> Sent:
        if isinstance(message, Unreadable):
            return PortUnavailable("only records travel here", SOURCE)
        if message.status is not Status.RUNNING:
            return PortUnavailable(f"a record that is {message.status.value} is no message", SOURCE)
        refusal = too_large((encode(message),), self.max_bytes, SOURCE)
        if refusal is not None:
            return refusal
        found = self._read(message.correlation_id)
        if isinstance(found, PortRejected):
            return found
        if found is None or found.step < message.step:
            return PortUnavailable("there is no such record", SOURCE)
        return self._send_again(found, message)

    def _send_again(self, found: Instance, message: Instance) -> Sent:
        if found.step == message.step and found.status is Status.RUNNING and found.retries <= message.retries:
            again = self._records[found.correlation_id] = found._replace(retries=message.retries)
            if not again.paused:  # else its resume will emit it, with the retries that it has had
                sent = as_message(again)._replace(position=message.position, not_before=message.not_before)
                self._deliver(sent._replace(error=message.error))
        return None  # a record that has gone on, or is at rest, needs no message

    def _emit(self, record: Instance) -> None:
        if record.status is Status.RUNNING and not record.paused:
            self._deliver(as_message(record)._replace(not_before=record.not_before))

    def _deliver(self, message: Instance) -> None:
        self._stream.send([Outgoing(message)])
