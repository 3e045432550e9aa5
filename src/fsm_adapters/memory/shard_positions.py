"""Shard positions in memory, for readers of one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from fsm_adapters._shards.positions import ShardLease, ShardPositions, ShardState
from fsm_ports import Busy, Clock, PortError, PortRejected, Sent


class MemoryShardPositions(ShardPositions):
    """States in a dict: a new process reads every stream from its oldest record."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._states: dict[tuple[str, str], ShardState] = {}
        self._readers: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def join(self, stream: str, owner: str, until: float) -> frozenset[str] | PortError:
        with self._lock:
            self._readers[stream, owner] = until
            now = self._clock.now()
            self._readers = {reader: end for reader, end in self._readers.items() if end > now}
            return frozenset(reader for of, reader in self._readers if of == stream)

    def leave(self, stream: str, owner: str) -> None:
        with self._lock:
            self._readers.pop((stream, owner), None)

    def look(self, stream: str, shards: Sequence[str]) -> Mapping[str, ShardState] | PortError:
        with self._lock:
            return {shard: self._states[stream, shard] for shard in shards if (stream, shard) in self._states}

    def acquire(self, stream: str, shard: str, owner: str, until: float) -> ShardLease | Busy | PortError:
        with self._lock:
            state = self._states.get((stream, shard), ShardState("", 0.0, 0))
            if state.owner not in {"", owner} and state.until > self._clock.now():
                return Busy(state.until)
            fence = state.fence + (state.owner != owner)
            self._states[stream, shard] = state._replace(owner=owner, until=until, fence=fence)
            return ShardLease(fence, state.position, state.finished, taken_over=state.owner not in {"", owner})

    def store(
        self, stream: str, shard: str, owner: str, fence: int, position: str | None, *, finished: bool = False
    ) -> Sent:
        with self._lock:
            state = self._states.get((stream, shard))
            if state is None or (state.owner, state.fence) != (owner, fence):
                return PortRejected(f"{shard} is another reader's", stream)
            self._states[stream, shard] = state._replace(position=position, finished=state.finished or finished)
            return None

    def release(self, stream: str, shards: Sequence[str], owner: str) -> None:
        with self._lock:
            for shard in shards:
                state = self._states.get((stream, shard))
                if state is not None and state.owner == owner:
                    self._states[stream, shard] = state._replace(owner="", until=0.0)
