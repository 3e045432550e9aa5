"""Which back ends there are, and how a process reaches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fsm_adapters.memory import (
    MemoryCheckpointStore,
    MemoryHistoryLog,
    MemoryQueue,
    MemoryRetryTable,
    MemoryStream,
    MemoryTable,
)
from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_bootstrap.simulation.faults import PRIMARY, SECONDARY
from fsm_bootstrap.simulation.kernel import Kernel
from fsm_bootstrap.simulation.ports import WiredBus, WiredHistory, WiredLock, WiredRetry, WiredSource, WiredStore
from fsm_bootstrap.simulation.trace import Trace
from fsm_bootstrap.simulation.unsound import LaggingStore, SplitLock
from fsm_bootstrap.simulation.wire import Wire
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.failover.lock_cache import FailoverLockCache
from fsm_ports import (
    CheckpointStore,
    EventBus,
    HistoryLog,
    Instance,
    LockCache,
    MessageSource,
    Outgoing,
    RetryScheduler,
    Sent,
)


@dataclass(frozen=True)
class Lab:
    """Where a simulation takes place; `folder` is for files."""

    kernel: Kernel
    trace: Trace
    folder: Path

    def wire(self, port: str, *, fragile: bool = True) -> Wire:
        """A second one of a kind has a number at the end of its name."""
        rank = SECONDARY if port.endswith("2") else PRIMARY
        return Wire(self.kernel, self.trace, port, rank, fragile=fragile)

    def lock(self) -> LockCache:
        """One that can be made to forget, and to fall apart."""
        return SplitLock(self.kernel)

    def store(self) -> CheckpointStore:
        """One that keeps encoded text, and whose reads can be made late."""
        return LaggingStore(self.kernel, MemoryCheckpointStore())


@dataclass(frozen=True, kw_only=True)
class Ports:
    """What one process has in hand."""

    store: CheckpointStore
    sources: Sequence[MessageSource]
    buses: Sequence[EventBus] = ()
    retries: Sequence[RetryScheduler] = ()
    dead_letters: Sequence[EventBus] = ()
    lock: LockCache | None = None
    history: HistoryLog | None = None
    homes: Sequence[str] = ("",)


Connect: TypeAlias = Callable[[], Ports]
"""What every process does when it begins to live."""
SetUp: TypeAlias = Callable[[Lab], Connect]

RETRY_TABLES = frozenset({"retry", "retry2"})
"""Ports that keep one message for a key."""
HOLDING = frozenset({"queue", "queue2", "retry", "retry2", "records"})
"""Ports that hold a message until its time."""
PORTS = (PRIMARY, SECONDARY, "store", "store2", "queue", "stream", "stream2", "retry", "retry2", "records", "history")
"""What can be made to fail more often."""
THIN_BYTES = 4_100
"""Largest message of a road so narrow that no context fits through it."""


def queue(*, lock: bool = False, sound_lock: bool = True, history: bool = False, max_bytes: int = 262_144) -> SetUp:
    """One SQS-like queue, which is the retry scheduler too; a `sound_lock` never fails."""

    def set_up(lab: Lab) -> Connect:
        clock = lab.kernel.clock
        back, dead, store = MemoryQueue(clock, "queue", max_bytes=max_bytes), MemoryQueue(clock, "dead"), lab.store()
        cache, log = lab.lock(), MemoryHistoryLog()

        def connect() -> Ports:
            road = WiredRetry(lab.wire("queue"), back, can_delay=True)
            return Ports(
                store=WiredStore(lab.wire("store"), store),
                buses=[road],
                retries=[road],
                sources=[WiredSource(lab.wire("queue"), back)],
                dead_letters=[WiredBus(lab.wire("dead"), dead)],
                lock=WiredLock(lab.wire("lock", fragile=not sound_lock), cache) if lock else None,
                history=WiredHistory(lab.wire("history"), log) if history else None,
            )

        return connect

    return set_up


def stream(*, retry: bool = True, lock: bool = False) -> SetUp:
    """A Kinesis-like stream, which can neither hold nor defer; with a retry table, or alone."""

    def set_up(lab: Lab) -> Connect:
        clock = lab.kernel.clock
        shards, table, store = (
            [MemoryStream(clock, f"stream{n}") for n in range(2)],
            MemoryRetryTable(clock),
            lab.store(),
        )
        cache = lab.lock()

        def connect() -> Ports:
            sources = [WiredSource(lab.wire("stream"), shard) for shard in shards]
            table_source = [WiredSource(lab.wire("retry"), table)] if retry else []
            return Ports(
                store=WiredStore(lab.wire("store"), store),
                buses=[WiredBus(lab.wire("stream"), Sharded(shards))],
                retries=[WiredRetry(lab.wire("retry"), table, can_delay=True)] if retry else [],
                sources=[*sources, *table_source],
                lock=WiredLock(lab.wire("lock", fragile=False), cache) if lock else None,
            )

        return connect

    return set_up


def retry_only(lab: Lab) -> Connect:
    """No bus at all: the retry table carries everything."""
    table, store = MemoryRetryTable(lab.kernel.clock), lab.store()

    def connect() -> Ports:
        return Ports(
            store=WiredStore(lab.wire("store"), store),
            retries=[WiredRetry(lab.wire("retry"), table, can_delay=True)],
            sources=[WiredSource(lab.wire("retry"), table)],
        )

    return connect


def doubled(*, stream_first: bool = False, max_bytes: int = 262_144) -> SetUp:
    """Two of everything but the store: a queue and a stream, a lock and another, two retry tables."""

    def set_up(lab: Lab) -> Connect:
        clock = lab.kernel.clock
        queue_name, stream_name = ("queue2", "stream") if stream_first else ("queue", "stream2")
        backs: dict[str, MemoryQueue | MemoryStream] = {
            queue_name: MemoryQueue(clock, "queue"),
            stream_name: MemoryStream(clock, "stream"),
        }
        order = [stream_name, queue_name] if stream_first else [queue_name, stream_name]
        tables = {name: MemoryRetryTable(clock, name) for name in ("retry", "retry2")}
        caches, store = {"lock": lab.lock(), "lock2": lab.lock()}, lab.store()

        def connect() -> Ports:
            wires = {name: lab.wire(name) for name in order}
            locks = [WiredLock(lab.wire(name), cache) for name, cache in caches.items()]
            tables_of = [WiredSource(lab.wire(name), table) for name, table in tables.items()]
            return Ports(
                store=WiredStore(lab.wire("store"), store),
                buses=[WiredBus(wires[name], backs[name], can_delay=name == queue_name) for name in order],
                retries=[WiredRetry(lab.wire(name), table) for name, table in tables.items()],
                sources=[*(WiredSource(wires[name], backs[name]) for name in order), *tables_of],
                lock=FailoverLockCache(lab.kernel.own_clock, *locks),
            )

        return connect

    return set_up


def homes(lab: Lab) -> Connect:
    """Two stores that know nothing of each other, over one queue."""
    clock = lab.kernel.clock
    back, first, second = MemoryQueue(clock, "queue"), lab.store(), lab.store()

    def connect() -> Ports:
        road = WiredRetry(lab.wire("queue"), back, can_delay=True)
        return Ports(
            store=HomedCheckpointStore(WiredStore(lab.wire("store"), first), WiredStore(lab.wire("store2"), second)),
            buses=[road],
            retries=[road],
            sources=[WiredSource(lab.wire("queue"), back)],
            homes=("", "2"),
        )

    return connect


def table(lab: Lab) -> Connect:
    """A DynamoDB-like table whose stream delivers every commit, with a retry table beside it."""
    clock = lab.kernel.clock
    shard, retry = MemoryStream(clock, "stream"), MemoryRetryTable(clock)
    back = MemoryTable(shard)

    def connect() -> Ports:
        return Ports(
            store=WiredStore(lab.wire("store"), back),
            buses=[WiredBus(lab.wire("store"), back, may_repeat=False)],
            retries=[WiredRetry(lab.wire("retry"), retry, can_delay=True)],
            sources=[WiredSource(lab.wire("stream"), shard), WiredSource(lab.wire("retry"), retry)],
        )

    return connect


def sqlite(lab: Lab) -> Connect:
    """One SQLite file for everything; each process has its own connection, as it would in a process of its own."""
    path = lab.folder / "fsm.db"

    def connect() -> Ports:
        file = SqliteFile(path, lab.kernel.clock, lab.kernel.ids, history=False)
        bus = SqliteRecordBus(file)
        road = WiredRetry(lab.wire("records"), bus, may_repeat=False)
        return Ports(
            store=WiredStore(lab.wire("store"), SqliteCheckpointStore(file)),
            buses=[road],
            retries=[road],
            sources=[WiredSource(lab.wire("records"), bus, may_repeat=False)],
        )

    return connect


class Sharded(EventBus):
    """A stream of several shards: each instance has its own, as a partition key would give it."""

    def __init__(self, shards: Sequence[EventBus]) -> None:
        self._shards, self.max_bytes = shards, shards[0].max_bytes

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        return [self._shards[_shard(outgoing, len(self._shards))].send([outgoing])[0] for outgoing in messages]


def _shard(outgoing: Outgoing, shards: int) -> int:
    message = outgoing.message
    return sum(message.correlation_id.encode()) % shards if isinstance(message, Instance) else 0
