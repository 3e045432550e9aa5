"""A stream that is written, read by workers, split and merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fsm_adapters.kinesis.event_bus import KinesisEventBus
from fsm_adapters.kinesis.message_source import KinesisMessageSource
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.system.clock import SystemClock, VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import ACK, Delivery, Instance, Outgoing, PortError
from tests.contract.kinesis_streams import PATIENCE, wait_active

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient

SOURCE = "kinesis orders"


class Story:
    """Records get the server's time, workers go by the virtual clock."""

    def __init__(self, client: Callable[[], KinesisClient], name: str, clock: VirtualClock) -> None:
        self.client, self.name, self.clock = client, name, clock
        self.bus = KinesisEventBus(client, name, source=SOURCE)
        self.positions = MemoryShardPositions(clock)

    def worker(self) -> KinesisMessageSource:
        return KinesisMessageSource(
            self.client, self.name, source=SOURCE, positions=self.positions, clock=self.clock, random=SystemRandom(),
            rest=0.0,
        )  # fmt: skip

    def send(self, machine: str, *steps: int) -> None:
        messages = [Outgoing(samples.record(machine, self.clock.now(), step)) for step in steps]
        assert list(self.bus.send(messages)) == [None] * len(messages)

    def receive(self, worker: KinesisMessageSource) -> Sequence[Delivery]:
        batch = worker.receive(100, self.clock.now() + 30)
        assert not isinstance(batch, PortError), batch
        return batch

    def take(self, worker: KinesisMessageSource, count: int) -> list[Instance]:
        """Receives and acknowledges so many messages."""
        return [found for delivery in self.deliveries(worker, count) if isinstance(found := delivery.message, Instance)]

    def deliveries(self, worker: KinesisMessageSource, count: int) -> list[Delivery]:
        real = SystemClock()
        end = real.now() + PATIENCE
        got: list[Delivery] = []
        while len(got) < count:
            batch = self.receive(worker)
            assert list(worker.settle(batch, [ACK] * len(batch))) == [None] * len(batch)
            got += batch
            assert real.now() < end, f"{len(got)} of {count} messages after {PATIENCE} s"
        return got

    def split(self, shard: str) -> None:
        found = next(s for s in self.client().list_shards(StreamName=self.name)["Shards"] if s["ShardId"] == shard)
        keys = found["HashKeyRange"]
        middle = (int(keys["StartingHashKey"]) + int(keys["EndingHashKey"])) // 2
        self.client().split_shard(StreamName=self.name, ShardToSplit=shard, NewStartingHashKey=str(middle))
        wait_active(self.client(), self.name)

    def merge(self, shard: str, other: str) -> None:
        self.client().merge_shards(StreamName=self.name, ShardToMerge=shard, AdjacentShardToMerge=other)
        wait_active(self.client(), self.name)


def shard_of(delivery: Delivery) -> str:
    return delivery.position.split(":")[2]
