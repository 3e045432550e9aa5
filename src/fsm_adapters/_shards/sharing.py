"""Which shards a reader should have: plain arithmetic, the same in every reader that sees the same things."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from fsm_adapters._shards.positions import ShardState
from fsm_adapters._shards.reader import Shard


def readable(shards: Sequence[Shard], states: Mapping[str, ShardState]) -> list[str]:
    """The shards that are not finished, and whose parents are, or can no longer be read."""
    listed = {shard.id for shard in shards}
    finished = {name for name, state in states.items() if state.finished}
    behind = listed - finished
    return [shard.id for shard in shards if shard.id in behind and behind.isdisjoint(shard.parents)]


def fair_share(shards: int, readers: Collection[str], reader: str) -> int:
    """How many of the shards are this reader's: no reader has two more than another."""
    everyone = sorted({*readers, reader})
    each, over = divmod(shards, len(everyone))
    return each + (everyone.index(reader) < over)


def free(shards: Sequence[str], states: Mapping[str, ShardState], reader: str, now: float) -> list[str]:
    """The shards that may be had: nobody's, this reader's own, or of a lease that has ended."""
    found: list[str] = []
    for shard in shards:
        state = states.get(shard)
        if state is None or state.owner in {"", reader} or state.until <= now:
            found.append(shard)
    return found
