"""Back ends that can be put back to where they were, and told: what they hold is most of a state of the search."""

from __future__ import annotations

import itertools
import sqlite3
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, TypeAlias, cast

from fsm_adapters.memory import (
    MemoryCheckpointStore,
    MemoryLockCache,
    MemoryQueue,
    MemoryRetryTable,
    MemoryStream,
)
from fsm_adapters.memory.shelf import Shelf
from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.claim import RecordClaim
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.sqlite.rows import COLUMNS
from fsm_bootstrap.simulation.ports import WiredBus, WiredLock, WiredSource, WiredStore
from fsm_bootstrap.simulation.set_ups import Ports, Sharded
from fsm_bootstrap.simulation.trace import Settlement
from fsm_ports.messages import Delivery

Saved: TypeAlias = Any  # Any: what a back end saves is read by itself alone
AGE = 6.0
"""Seconds back to which rules look at most: whether a message is older than five."""
MANY = 5
"""Receives: no rule asks whether there were more than three."""


class BackEnd(Protocol):
    """What lies behind the wires; workers hold nothing of it but what it answered."""

    @abstractmethod
    def save(self) -> Saved: ...

    @abstractmethod
    def restore(self, saved: Saved) -> None: ...

    @abstractmethod
    def moments(self) -> Iterator[float]:
        """When something in it is or was due: a message to be delivered, a claim to end."""

    @abstractmethod
    def tell(self, now: float) -> Iterator[object]:
        """All that its behaviour depends on, in an order that depends on nothing else."""


class Taken(NamedTuple):
    """A counter's next number; reading it takes it, so the counter is made anew."""

    number: int

    @classmethod
    def of(cls, owner: object, name: str) -> Taken:
        taken = cls(next(getattr(owner, name)))
        taken.give(owner, name)
        return taken

    def give(self, owner: object, name: str) -> None:
        setattr(owner, name, itertools.count(self.number))


class Shelved(BackEnd):
    """A queue or a retry table."""

    def __init__(self, owner: MemoryQueue | MemoryRetryTable) -> None:
        self._owner, self._shelf = owner, owner._shelf
        self._counter = "_keys" if isinstance(owner, MemoryQueue) else "_nonces"

    def save(self) -> Saved:
        shelf: Shelf = self._shelf
        entries = [(key, replace(entry)) for key, entry in shelf._entries.items()]
        counters = [Taken.of(shelf, "_numbers"), Taken.of(shelf, "_claims"), Taken.of(self._owner, self._counter)]
        return entries, list(shelf._order), counters

    def restore(self, saved: Saved) -> None:
        entries, order, (numbers, claims, keys) = saved
        self._shelf._entries = {key: replace(entry) for key, entry in entries}
        self._shelf._order = list(order)
        numbers.give(self._shelf, "_numbers")
        claims.give(self._shelf, "_claims")
        keys.give(self._owner, self._counter)

    def moments(self) -> Iterator[float]:
        for entry in self._shelf._entries.values():
            yield entry.visible_at

    def tell(self, now: float) -> Iterator[object]:
        # Those that are due come in the order of their times: how long ago those were matters no more.
        entries = sorted(self._shelf._entries.items(), key=lambda item: (item[1].visible_at, item[1].number))
        for key, entry in entries:
            named = f"key={key!r}" if isinstance(key, int) else key
            yield named, f"number={entry.number}", f"{self._owner._name}:{entry.number}", f"claim={entry.claim}"
            yield entry.text, _age(entry.due, now), _age(entry.visible_at, now, 0.0), min(entry.received, MANY)


class Streamed(BackEnd):
    """One shard."""

    def __init__(self, stream: MemoryStream) -> None:
        self._stream = stream

    def save(self) -> Saved:
        one = self._stream
        return list(one._records), one._sent, one._read_up_to, one._turn, one._busy_until, dict(one._batch)

    def restore(self, saved: Saved) -> None:
        one = self._stream
        records, one._sent, one._read_up_to, one._turn, one._busy_until, batch = saved
        one._records, one._batch = deque(records), dict(batch)

    def moments(self) -> Iterator[float]:
        if self._stream._records:
            yield self._stream._busy_until

    def tell(self, now: float) -> Iterator[object]:
        one = self._stream
        for record in one._records:
            outcome = one._batch.get(record.number, "not out")
            yield f"number={record.number}", f"{one._name}:{record.number}", record.text, _age(record.sent_at, now)
            yield record.number <= one._read_up_to, outcome
        yield f"turn={one._turn}", _age(one._busy_until, now, 0.0), bool(one._batch)


class Kept(BackEnd):
    """The records of a store in memory."""

    def __init__(self, store: MemoryCheckpointStore) -> None:
        self._store = store

    def save(self) -> Saved:
        return dict(self._store._records)

    def restore(self, saved: Saved) -> None:
        self._store._records = dict(saved)

    def moments(self) -> Iterator[float]:
        yield from ()

    def tell(self, now: float) -> Iterator[object]:
        yield from self._store._records.items()


class Locked(BackEnd):
    """A lock in memory."""

    def __init__(self, cache: MemoryLockCache) -> None:
        self._cache = cache

    def save(self) -> Saved:
        return dict(self._cache._held), Taken.of(self._cache, "_fences")

    def restore(self, saved: Saved) -> None:
        held, fences = saved
        self._cache._held = dict(held)
        fences.give(self._cache, "_fences")

    def moments(self) -> Iterator[float]:
        yield from ()  # nobody is woken by the end of a lease

    def tell(self, now: float) -> Iterator[object]:
        yield from (item for item in self._cache._held.items() if item[1].until > now)


_RECEIVED = len(COLUMNS) + 1
"""Where in a row it says how often it was handed out."""


class Filed(BackEnd):
    """The rows of a SQLite file, and what each process that has it open remembers of its claims."""

    def __init__(self, file: SqliteFile) -> None:
        self.files = [file]

    def save(self) -> Saved:
        rows = self._db.execute("SELECT rowid, * FROM instance").fetchall()
        return rows, [[(name, claim, claim.is_past) for name, claim in file.held.items()] for file in self.files]

    def restore(self, saved: Saved) -> None:
        rows, remembered = saved
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        db.execute("DELETE FROM instance")
        db.executemany(
            f"INSERT INTO instance VALUES ({', '.join('?' * (len(rows[0]) - 1))})", [row[1:] for row in rows]
        )
        db.execute("COMMIT")
        for file, held in zip(self.files, remembered, strict=True):
            file.held.clear()
            for name, claim, is_past in held:
                file.held[name], claim.is_past = claim, is_past

    def moments(self) -> Iterator[float]:
        for (ready_at,) in self._db.execute("SELECT ready_at FROM instance WHERE ready_at IS NOT NULL AND paused = 0"):
            yield ready_at

    def tell(self, now: float) -> Iterator[object]:
        for row in self._db.execute("SELECT *, min(received, ?) FROM instance", (MANY,)):
            yield row[:_RECEIVED], row[_RECEIVED + 1 :]

    @property
    def _db(self) -> sqlite3.Connection:
        return self.files[0].connection().db


def _age(at: float, now: float, longest: float = AGE) -> float:
    """How far off a moment is; one that is further back than any rule looks is as far back as that."""
    return max(at - now, -longest)


def behind(every: Sequence[Ports]) -> dict[object, BackEnd]:
    """The back ends of a world, in the order in which its ports name them, by what `key_of` says of a port."""
    found: dict[object, BackEnd] = {}
    for ports in every:
        for one in map(_unwired, (ports.store, *ports.buses, *ports.retries, *ports.sources, ports.lock)):
            for real in one._shards if isinstance(one, Sharded) else [one]:
                _add(found, real)
    return found


def key_of(port: object) -> object:
    """Names the back end behind a wire."""
    real = _unwired(port)
    return real._file.source if isinstance(real, SqliteCheckpointStore | SqliteRecordBus) else real


def file_of(ports: Ports) -> SqliteFile | None:
    store = _unwired(ports.store)
    return store._file if isinstance(store, SqliteCheckpointStore) else None


_KINDS: tuple[tuple[type, Callable[[Any], BackEnd]], ...] = (
    (MemoryQueue, Shelved),
    (MemoryRetryTable, Shelved),
    (MemoryStream, Streamed),
    (MemoryCheckpointStore, Kept),
    (MemoryLockCache, Locked),
)


def _add(found: dict[object, BackEnd], real: object) -> None:
    if real is None:
        return
    if isinstance(real, SqliteCheckpointStore | SqliteRecordBus):
        filed = found.setdefault(real._file.source, Filed(real._file))
        if isinstance(filed, Filed) and real._file not in filed.files:
            filed.files.append(real._file)
    elif real not in found:
        found[real] = next(make(real) for kind, make in _KINDS if isinstance(real, kind))


def _unwired(port: object) -> object:
    match port:
        case WiredStore():
            return port._store
        case WiredBus():
            return port._bus
        case WiredSource():
            return port._source
        case WiredLock():
            return port._lock
        case _:
            return port


def told(answer: object) -> str:
    """What a worker was answered, or is about to settle, as text; a claim on a SQLite file is told by its token."""
    if isinstance(answer, list):
        return repr([_tellable(one) for one in cast("list[object]", answer)])
    return repr(answer)


def _tellable(one: object) -> object:
    if isinstance(one, Settlement):
        return one.outcome, _tellable(one.delivery)
    if isinstance(one, Delivery) and isinstance(one.receipt, RecordClaim):
        return one._replace(receipt=(one.receipt.token, one.receipt.is_past, one.receipt.held_until))
    return one
