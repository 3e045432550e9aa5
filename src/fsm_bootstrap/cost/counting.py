"""Adapters that count: each does its work in memory, and notes what its service would have been asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fsm_adapters._wire.message import encode
from fsm_adapters.dynamodb.history_items import item_of as history_item
from fsm_adapters.dynamodb.items import EMIT, emission, item_of
from fsm_adapters.dynamodb.types import item_bytes
from fsm_bootstrap.cost import services
from fsm_bootstrap.cost.ledger import Ledger
from fsm_ports.checkpoint_store import CheckpointStore, InstanceQuery, Page
from fsm_ports.errors import PortError
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryEntry, HistoryLog
from fsm_ports.instance import Instance, Status
from fsm_ports.lock_cache import LockCache
from fsm_ports.message_source import MessageSource
from fsm_ports.messages import Delivery, Outcome, Outgoing
from fsm_ports.results import CommitResult, Committed, LeaseResult, Refused, Sent
from fsm_ports.retry_scheduler import RetryScheduler
from fsm_ports.writes import Commit, Mark

_NONCE = "0" * 32
"""As long as what makes an emission fresh."""


class CountingBus(EventBus):
    """A bus of this kind.  A message counts for at least `size` bytes, as a context of another size would make it."""

    def __init__(self, inner: EventBus, ledger: Ledger, kind: str, size: int) -> None:
        self._inner, self._ledger, self._kind, self._size = inner, ledger, kind, size
        self.max_bytes = inner.max_bytes

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        services.send(self._ledger, self._kind, [_sent(outgoing, self._size) for outgoing in messages])
        return self._inner.send(messages)


class CountingScheduler(RetryScheduler):
    """A retry scheduler of this kind; the entries of a table are indexed by their time."""

    def __init__(self, inner: RetryScheduler, ledger: Ledger, kind: str, size: int) -> None:
        self._inner, self._ledger, self._kind, self._size = inner, ledger, kind, size
        self.max_bytes, self.max_delay = inner.max_bytes, inner.max_delay

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        sizes = [_sent(outgoing, self._size) for outgoing in messages]
        if self._kind == "dynamodb":
            services.write_batch(self._ledger, sizes, indexed=1)
        else:
            services.send(self._ledger, self._kind, sizes)
        return self._inner.send(messages)


class CountingSource(MessageSource):
    """Where the deliveries of one kind of source come from."""

    def __init__(self, inner: MessageSource, ledger: Ledger, kind: str, size: int, *, of_retries: bool = False) -> None:
        self._inner, self._ledger, self._kind, self._size = inner, ledger, kind, size
        self._of_retries = of_retries

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        deliveries = self._inner.receive(limit, visible_until)
        if isinstance(deliveries, PortError) or not deliveries:
            return deliveries
        sizes = [_sent(Outgoing(delivery.message), self._size) for delivery in deliveries]
        if self._of_retries and self._kind == "dynamodb":
            services.settle_retries(self._ledger, sizes)
        else:
            services.receive(self._ledger, self._kind, sizes)
        return deliveries

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return self._inner.extend(deliveries, visible_until)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        return self._inner.settle(deliveries, outcomes)


class CountingStore(CheckpointStore):
    """A checkpoint store of this kind; of a table also the index by machine and status, which only a start and a change
    of status write."""

    def __init__(self, inner: CheckpointStore, ledger: Ledger, kind: str, size: int) -> None:
        self._inner, self._ledger, self._kind, self._size = inner, ledger, kind, size
        self.emits, self.can_hold, self.keeps_history = inner.emits, inner.can_hold, inner.keeps_history
        self.transitions = 0
        """Steps that were committed; a start is none."""
        self.control_bytes = 0
        """What a record has beside its context, at most."""
        self._statuses: dict[str, Status] = {}

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        results = self._inner.commit(commits)
        for result in results:
            self._wrote(result)
            self.transitions += isinstance(result, Committed) and result.instance.step > 0
        return results

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        results = self._inner.mark(marks)
        for result in results:
            self._wrote(result)
        return results

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        found = self._inner.read(correlation_ids, homes)
        if self._kind == "dynamodb":
            services.read(self._ledger, [self._bytes(one) if isinstance(one, Instance) else 1 for one in found])
        else:
            self._ledger.call(f"{self._kind}.read")
        return found

    def find(self, query: InstanceQuery) -> Page | PortError:
        return self._inner.find(query)

    def _wrote(self, result: CommitResult) -> None:
        record = result.instance if isinstance(result, Committed) else None
        if isinstance(result, Refused):
            record = result.found
        if self._kind != "dynamodb":
            self._ledger.call(f"{self._kind}.commit")
            return
        index_writes = 0
        if record is not None:
            before = self._statuses.get(record.correlation_id)
            # An item that is new in the index is a put there, one that moves is a delete and a put.
            index_writes = 1 if before is None else 2 * (before is not record.status)
            self._statuses[record.correlation_id] = record.status
        services.update(self._ledger, 1 if record is None else self._bytes(record), index_writes)

    def _bytes(self, record: Instance) -> int:
        item = item_of(record)
        if self.emits and record.status is Status.RUNNING:
            item[EMIT] = emission(_NONCE)
        size = item_bytes(item)
        self.control_bytes = max(self.control_bytes, size - len((record.context or "").encode()))
        return max(size, self._size)


class CountingLock(LockCache):
    """Leases of this kind."""

    def __init__(self, inner: LockCache, ledger: Ledger, kind: str) -> None:
        self._inner, self._ledger, self._kind = inner, ledger, kind

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        services.lease(self._ledger, self._kind, len(keys))
        return self._inner.acquire(keys, owner, until)

    def release(self, keys: Collection[str], owner: str) -> None:
        services.lease(self._ledger, self._kind, len(keys))
        self._inner.release(keys, owner)


class CountingHistory(HistoryLog):
    """A history of this kind; an entry holds the context, so it counts for at least `size` bytes as well."""

    def __init__(self, inner: HistoryLog, ledger: Ledger, kind: str, size: int) -> None:
        self._inner, self._ledger, self._kind, self._size = inner, ledger, kind, size

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        sizes = [max(item_bytes(history_item(entry)), self._size) for entry in entries]
        if self._kind == "dynamodb":
            services.write_batch(self._ledger, sizes)
        elif self._kind == "kinesis":
            services.put_records(self._ledger, sizes)
        else:
            self._ledger.call(f"{self._kind}.append")
        return self._inner.append(entries)

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        return self._inner.read(correlation_id, after_step, limit)


def _sent(outgoing: Outgoing, size: int) -> int:
    return max(len(encode(outgoing.message).encode()), size)
