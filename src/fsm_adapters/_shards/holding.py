"""The shards that one reader holds: taken, renewed, shared out and given up."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from fsm_adapters._shards.open_shard import OpenShard
from fsm_adapters._shards.positions import ShardLease, ShardPositions, ShardState
from fsm_adapters._shards.reader import ShardReader
from fsm_adapters._shards.sharing import fair_share, free, readable
from fsm_ports import Busy, Clock, PortError, PortRejected, Random, Sent

_log = logging.getLogger(__name__)

SLACK: Final = 10.0
"""Seconds that a lease lasts beyond what it is needed for, so that it is not renewed for every batch."""

SURVEY_EVERY: Final = 5.0
"""Seconds between two looks at what shards and readers there are."""

LEASE: Final = 30.0
"""Seconds that a shard of which no batch is out is held without a renewal."""


class Holding:
    """One thread at a time is in here."""

    def __init__(self, reader: ShardReader, positions: ShardPositions, clock: Clock, random: Random) -> None:
        self._reader, self._positions, self._clock = reader, positions, clock
        self._random = random
        self._owner = ""
        self._open: dict[str, OpenShard] = {}
        self._survey_at = 0.0

    def shards(self) -> list[OpenShard]:
        """Those that are held, the one longest without a batch first."""
        return list(self._open.values())

    def get(self, shard: str) -> OpenShard | None:
        return self._open.get(shard)

    def put_last(self, shard: OpenShard) -> None:
        if self._open.pop(shard.id, None) is not None:
            self._open[shard.id] = shard

    def look_again(self) -> None:
        """The next `survey` is due at once."""
        self._survey_at = 0.0

    def survey(self) -> PortError | None:
        """Where it is time: renew leases, take the shards that are this reader's share, let go of what is not.

        The first error; what could be done is done.
        """
        now = self._clock.now()
        if now < self._survey_at:
            return None
        # Made at the first use, not with the object: processes restored from one snapshot are different readers.
        self._owner = self._owner or self._random.id()
        if self._open:  # whose records must not wait for a service that does not answer, time and again
            self._survey_at = now + SURVEY_EVERY
        stream = self._reader.name
        shards = self._reader.shards()
        if isinstance(shards, PortError):
            return shards
        states = self._positions.look(stream, [shard.id for shard in shards])
        if isinstance(states, PortError):
            return states
        readers = self._positions.join(stream, self._owner, now + LEASE)
        if isinstance(readers, PortError):
            return readers
        self._survey_at = now + SURVEY_EVERY
        return self._share_out(readable(shards, states), states, readers, now)

    def keep(self, shard: OpenShard, until: float) -> Sent:
        """See to it that the lease lasts until then at least; `PortRejected` where it has passed to another reader."""
        if shard.until >= until:
            return None
        lease = self._positions.acquire(self._reader.name, shard.id, self._owner, until + SLACK)
        if isinstance(lease, PortError):
            return lease
        if isinstance(lease, Busy) or lease.fence != shard.fence:
            return self._lost(shard)
        shard.until = until + SLACK
        return None

    def store(self, shard: OpenShard) -> Sent:
        """Store how far the shard has been read."""
        if shard.position == shard.stored:
            return None
        position = shard.position
        stored = self._positions.store(self._reader.name, shard.id, self._owner, shard.fence, position)
        if stored is None:
            shard.stored = position
        elif isinstance(stored, PortRejected):
            return self._lost(shard)
        return stored

    def finish(self, shard: OpenShard) -> Sent:
        """Store that all of the shard is done with; the shards made of it may be read now."""
        failed = self._positions.store(
            self._reader.name, shard.id, self._owner, shard.fence, shard.position, finished=True
        )
        if failed is None or isinstance(failed, PortRejected):
            self._drop(shard)
            self.look_again()
        return failed

    def close(self) -> None:
        """Release what is not out, and leave."""
        if self._owner:
            self._release([shard for shard in self._open.values() if not shard.is_out])
            self._positions.leave(self._reader.name, self._owner)
        self.look_again()

    def _share_out(
        self, ready: Sequence[str], states: Mapping[str, ShardState], readers: Collection[str], now: float
    ) -> PortError | None:
        for shard in self.shards():
            if shard.id not in ready:
                self._drop(shard)  # past its retention, or finished by another reader
        share = fair_share(len(ready), readers, self._owner)
        idle = [shard for shard in self._open.values() if not shard.is_out]
        self._release(idle[: max(0, len(self._open) - share)])
        failed: PortError | None = None
        for shard in self.shards():
            if shard.until < now + LEASE / 2:
                kept = self.keep(shard, now + LEASE - SLACK)
                failed = failed or (None if isinstance(kept, PortRejected) else kept)
        wanted = [name for name in free(ready, states, self._owner, now) if name not in self._open]
        for name in wanted:
            if len(self._open) >= share or failed is not None:
                break
            failed = self._take(name, now)
        return failed

    def _take(self, name: str, now: float) -> PortError | None:
        until = now + LEASE
        lease = self._positions.acquire(self._reader.name, name, self._owner, until)
        if isinstance(lease, ShardLease):
            self._open[name] = OpenShard(name, lease, until, now)
            _log.info("reading %s of %s%s", name, self._reader.name, ", taken over" if lease.taken_over else "")
        return lease if isinstance(lease, PortError) else None

    def _release(self, shards: Sequence[OpenShard]) -> None:
        for shard in shards:
            self.store(shard)
            self._drop(shard)
        if shards:
            self._positions.release(self._reader.name, [shard.id for shard in shards], self._owner)

    def _lost(self, shard: OpenShard) -> PortRejected:
        self._drop(shard)
        self.look_again()
        return PortRejected(f"{shard.id} is read by another reader now", self._reader.name)

    def _drop(self, shard: OpenShard) -> None:
        self._reader.forget(shard.id)
        self._open.pop(shard.id, None)
