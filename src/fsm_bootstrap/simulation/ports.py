"""Ports as one process sees them: each call a switch, each item a fate, everything in the trace."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fsm_bootstrap.simulation.trace import Settlement
from fsm_bootstrap.simulation.wire import Wire
from fsm_ports import (
    CheckpointStore,
    Commit,
    CommitResult,
    Delivery,
    EventBus,
    HistoryEntry,
    HistoryLog,
    Instance,
    InstanceQuery,
    LeaseResult,
    LockCache,
    Mark,
    MessageSource,
    Outcome,
    Outgoing,
    Page,
    PortError,
    RetryScheduler,
    Sent,
)

NETWORK = "network"
"""Who sends the second copy of a message that was sent once."""


class WiredStore(CheckpointStore):
    def __init__(self, wire: Wire, store: CheckpointStore) -> None:
        self._wire, self._store = wire, store
        self.emits, self.can_hold, self.keeps_history = store.emits, store.can_hold, store.keeps_history

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return self._wire.call("commit", commits, self._store.commit)

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._wire.call("mark", marks, self._store.mark)

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return self._wire.call("read", correlation_ids, self._store.read)

    def find(self, query: InstanceQuery) -> Page | PortError:
        def pages() -> Sequence[Page] | PortError:
            page = self._store.find(query)
            return page if isinstance(page, PortError) else [page]

        found = self._wire.ask("find", query, pages)
        return found if isinstance(found, PortError) else found[0]


class WiredBus(EventBus):
    """`can_delay`: the back end honours `not_before`, so that the wire can have a message carried late."""

    def __init__(self, wire: Wire, bus: EventBus, *, can_delay: bool = False, may_repeat: bool = True) -> None:
        self._wire, self._bus, self._can_delay, self._may_repeat = wire, bus, can_delay, may_repeat
        self.max_bytes = bus.max_bytes

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return self._wire.call("send", messages, self._carry)

    def _carry(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        sent = self._bus.send([self._delayed(outgoing) for outgoing in messages])
        kernel = self._wire.kernel
        twice = [outgoing for outgoing in messages if self._may_repeat and kernel.chance(kernel.faults.duplicate)]
        if twice:
            again = self._bus.send([self._delayed(outgoing) for outgoing in twice])
            self._wire.record("send", twice, again, again, NETWORK)
            kernel.faulted["duplicate"] += len(twice)
        if kernel.faults.echo:
            kernel.echoes.append(lambda: self._echo(messages))
        return sent

    def _echo(self, messages: Sequence[Outgoing]) -> None:
        again = self._bus.send(messages)
        self._wire.record("send", messages, again, again, NETWORK)
        self._wire.kernel.faulted["echo"] += len(messages)

    def _delayed(self, outgoing: Outgoing) -> Outgoing:
        kernel = self._wire.kernel
        if not self._can_delay or not kernel.chance(kernel.faults.delay):
            return outgoing
        kernel.faulted["delay"] += 1
        late = max(outgoing.not_before, kernel.now) + kernel.random.uniform(0.0, kernel.faults.longest_delay)
        return outgoing._replace(not_before=late)


class WiredRetry(WiredBus, RetryScheduler):
    def __init__(self, wire: Wire, retry: RetryScheduler, *, can_delay: bool = False, may_repeat: bool = True) -> None:
        super().__init__(wire, retry, can_delay=can_delay, may_repeat=may_repeat)
        self.max_delay = retry.max_delay


class WiredSource(MessageSource):
    """`may_repeat`: the back end delivers at least once, so that two may hold one message at a time."""

    def __init__(self, wire: Wire, source: MessageSource, *, may_repeat: bool = True) -> None:
        self._wire, self._source, self._may_repeat = wire, source, may_repeat

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        kernel = self._wire.kernel
        if self._may_repeat and kernel.chance(kernel.faults.redeliver):
            now = kernel.own_clock.now()
            visible_until = now + kernel.random.uniform(0.0, visible_until - now)
            kernel.faulted["redeliver"] += 1
        until = visible_until - kernel.skew  # a service is told for how long, not until when
        return self._wire.ask("receive", limit, lambda: self._source.receive(limit, until))

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        until = visible_until - self._wire.kernel.skew
        return self._wire.call("extend", deliveries, lambda some: self._source.extend(some, until))

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        def settle(some: Sequence[Settlement]) -> Sequence[Sent]:
            return self._source.settle([one.delivery for one in some], [one.outcome for one in some])

        return self._wire.call("settle", list(map(Settlement, deliveries, outcomes)), settle)


class WiredLock(LockCache):
    def __init__(self, wire: Wire, lock: LockCache) -> None:
        self._wire, self._lock = wire, lock

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        over = until - self._wire.kernel.skew  # the lock goes by its own clock
        return self._wire.call("acquire", keys, lambda some: self._lock.acquire(some, owner, over))

    def release(self, keys: Collection[str], owner: str) -> None:
        def release(some: Sequence[str]) -> Sequence[None]:
            self._lock.release(some, owner)
            return [None] * len(some)

        self._wire.call("release", list(keys), release)


class WiredHistory(HistoryLog):
    def __init__(self, wire: Wire, history: HistoryLog) -> None:
        self._wire, self._history = wire, history

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        return self._wire.call("append", entries, self._history.append)

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        return self._wire.ask("history", correlation_id, lambda: self._history.read(correlation_id, after_step, limit))
