"""A stream of shards in memory, and readers of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fsm_adapters._shards.positions import ShardLease, ShardPositions
from fsm_adapters._shards.reader import Page, Record, Shard, ShardReader
from fsm_adapters._shards.source import ShardSource
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import samples
from fsm_ports import ACK, Busy, Delivery, Instance, PortError, PortUnavailable, Sent


class FakeStream(ShardReader):
    """Shards are split and merged by hand; sequence numbers are of varying length."""

    name = "fake:orders"

    def __init__(self, clock: VirtualClock, *shards: str) -> None:
        self._clock = clock
        self.listed = [Shard(shard) for shard in shards]
        self.records: dict[str, list[Record]] = {shard: [] for shard in shards}
        self.closed: set[str] = set()
        self.down: set[str] = set()
        self.reads = 0

    def put(self, shard: str, *names: str) -> None:
        for name in names:
            message = None if name == "foreign" else samples.record(name, self._clock.now())
            record = Record(str(8 + sum(map(len, self.records.values()))), self._clock.now(), message)
            self.records[shard].append(record)

    def reshard(self, parents: Sequence[str], children: Sequence[str]) -> None:
        self.closed |= set(parents)
        for child in children:
            self.listed.append(Shard(child, tuple(parents)))
            self.records[child] = []

    def shards(self) -> Sequence[Shard] | PortError:
        return PortUnavailable("down", self.name) if "list" in self.down else list(self.listed)

    def read(self, shard: str, after: str | None, limit: int) -> Page | PortError:
        self.reads += 1
        if shard in self.down:
            return PortUnavailable("down", self.name)
        records = [r for r in self.records[shard] if after is None or int(r.sequence) > int(after)]
        return Page(records[:limit], drained=shard in self.closed and len(records) <= limit)

    def forget(self, shard: str) -> None:
        """Keeps nothing."""


class CountedPositions(MemoryShardPositions):
    """Counts what is written."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.stores = 0
        self.acquired: Counter[str] = Counter()
        self.down = False

    def acquire(self, stream: str, shard: str, owner: str, until: float) -> ShardLease | Busy | PortError:
        self.acquired[shard] += 1
        return super().acquire(stream, shard, owner, until)

    def store(
        self, stream: str, shard: str, owner: str, fence: int, position: str | None, *, finished: bool = False
    ) -> Sent:
        self.stores += 1
        if self.down:
            return PortUnavailable("down", stream)
        return super().store(stream, shard, owner, fence, position, finished=finished)


class Readers:
    """Any number of workers on one stream."""

    def __init__(self, *shards: str) -> None:
        self.clock = VirtualClock(1_700_000_000.0)
        self.stream = FakeStream(self.clock, *shards)
        self.positions = CountedPositions(self.clock)
        self._seeds = 0

    def one(self, positions: ShardPositions | None = None) -> ShardSource:
        self._seeds += 1
        return ShardSource(
            self.stream,
            positions or self.positions,
            source="fake",
            clock=self.clock,
            random=SeededRandom(self._seeds),
            rest=0.0,
        )

    def receive(self, source: ShardSource, limit: int = 100, seconds: float = 30.0) -> list[Delivery]:
        batch = source.receive(limit, self.clock.now() + seconds)
        assert not isinstance(batch, PortError), batch
        return list(batch)

    def take(self, source: ShardSource, limit: int = 100) -> str:
        """Receives once and acknowledges; the first letters of what came."""
        batch = self.receive(source, limit)
        assert list(source.settle(batch, [ACK] * len(batch))) == [None] * len(batch)
        return names(batch)

    def shards_of(self, source: ShardSource) -> set[str]:
        """Which shards it delivers from: one record is put into each, and all are taken."""
        for shard in self.stream.records:
            self.stream.put(shard, "probe")
        batch = self.receive(source)
        source.settle(batch, [ACK] * len(batch))
        return {d.position.split(":")[2] for d in batch}


def names(batch: Sequence[Delivery]) -> str:
    return "".join(d.message.correlation_id for d in batch if isinstance(d.message, Instance))
