"""A source over the shards of any stream keeps the contract."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fsm_adapters._shards.reader import Page, Record, Shard, ShardReader
from fsm_adapters._shards.source import ShardSource
from fsm_adapters._wire.message import decode, encode
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import MessageSourceContract, RoadSubject
from fsm_ports import EventBus, Outgoing, PortError, Sent


class ListOfRecords(EventBus, ShardReader):
    """A stream of three shards, in lists; a message goes to the shortest."""

    max_bytes = 10_000_000
    name = "lists"

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._lists: list[list[Record]] = [[], [], []]

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        for outgoing in messages:
            shortest = min(self._lists, key=len)
            message = decode(encode(outgoing.message))
            shortest.append(Record(str(len(shortest) + 1), self._clock.now(), message))
        return [None] * len(messages)

    def shards(self) -> Sequence[Shard] | PortError:
        return [Shard(str(number)) for number in range(len(self._lists))]

    def read(self, shard: str, after: str | None, limit: int) -> Page | PortError:
        begin = int(after or "0")
        return Page(self._lists[int(shard)][begin : begin + limit])

    def forget(self, shard: str) -> None:
        """Keeps nothing."""


class TestShardSource(MessageSourceContract):
    adapter = ShardSource

    @pytest.fixture
    def subject(self) -> RoadSubject:
        clock = VirtualClock()
        stream = ListOfRecords(clock)
        source = ShardSource(
            stream,
            MemoryShardPositions(clock),
            source="lists",
            clock=clock,
            random=SeededRandom(1),
            rest=0.0,
        )
        return RoadSubject(bus=stream, source=source, clock=clock)
