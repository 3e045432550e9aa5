"""Readers come, die, fail and fall silent while a stream is written and resharded: nothing is lost or shared."""

from __future__ import annotations

import pytest

from fsm_adapters._shards.source import ShardSource
from fsm_contract.suite import Dice, seeds
from fsm_ports import ACK, NACK, Delivery, PortError
from tests.unit.fsm_adapters._shards.fake_stream import Readers

CLAIM = 12.0


class Storm:
    """What happened, and the rules that it has to keep."""

    def __init__(self, seed: int) -> None:
        self.dice = Dice(seed)
        self.readers = Readers("0", "1")
        self.workers: list[ShardSource] = [self.readers.one()]
        self.out: dict[ShardSource, list[Delivery]] = {}
        self.claimed_until: dict[str, float] = {}
        self.delivered: set[str] = set()
        self.done: set[str] = set()

    def receive(self, worker: ShardSource) -> None:
        now = self.readers.clock.now()
        batch = worker.receive(1 + self.dice.below(6), now + CLAIM)
        if isinstance(batch, PortError):
            return
        for delivery in batch:
            position = delivery.position
            assert self.claimed_until.get(position, 0.0) <= now, f"{position} is with another worker"
            assert delivery.maybe_died or position not in self.delivered, f"{position} was delivered before"
            self._check_parents(position.split(":")[2])
            self.claimed_until[position] = now + CLAIM
            self.delivered.add(position)
        if batch:
            self.out.setdefault(worker, []).extend(batch)

    def settle(self, worker: ShardSource) -> None:
        batch = self.out.pop(worker, [])
        outcomes = [NACK if self.dice.chance(15) else ACK for _ in batch]
        for delivery, outcome, sent in zip(batch, outcomes, worker.settle(batch, outcomes), strict=True):
            self.claimed_until[delivery.position] = 0.0
            if outcome is ACK and sent is None:
                self.done.add(delivery.position)

    def die(self, worker: ShardSource) -> None:
        self.workers.remove(worker)
        self.out.pop(worker, None)

    def close(self, worker: ShardSource) -> None:
        self.settle(worker)
        worker.close()
        self.workers.remove(worker)

    def reshard(self) -> None:
        stream = self.readers.stream
        open_shards = [shard.id for shard in stream.listed if shard.id not in stream.closed]
        if len(stream.listed) < 9:
            merge = len(open_shards) > 2 and self.dice.chance(50)
            parents = open_shards[:2] if merge else [self.dice.one_of(open_shards)]
            name = str(len(stream.listed))
            stream.reshard(parents, [name] if merge else [name, f"{name}b"])

    def write(self) -> None:
        stream = self.readers.stream
        open_shards = [shard.id for shard in stream.listed if shard.id not in stream.closed]
        stream.put(self.dice.one_of(open_shards), "foreign" if self.dice.chance(10) else "message")

    def all_positions(self) -> set[str]:
        records = self.readers.stream.records
        return {
            f"fake:orders:{shard}:{record.sequence}"
            for shard, there in records.items()
            for record in there
            if record.message is not None
        }

    def step(self) -> None:
        chance = self.dice.below(100)
        if chance < 30:
            self.write()
        elif chance < 32:
            self.reshard()
        elif chance < 35 and len(self.workers) < 4:
            self.workers.append(self.readers.one())
        elif chance < 37 and len(self.workers) > 1:
            (self.die if self.dice.chance(60) else self.close)(self.dice.one_of(self.workers))
        elif chance < 39:
            self.readers.stream.down = {self.dice.one_of(["list", "0", "1", "2"])}
        elif chance < 45:
            self.readers.stream.down = set()
        elif chance < 60:
            self.readers.clock.advance(self.dice.below(300) / 20)
        elif chance < 82:
            self._receive_or_settle(self.dice.one_of(self.workers))
        else:
            self.readers.clock.advance(0.2)

    def _receive_or_settle(self, worker: ShardSource) -> None:
        if worker in self.out and self.dice.chance(80):
            self.settle(worker)
        else:
            self.receive(worker)

    def _check_parents(self, shard: str) -> None:
        parents = next(found.parents for found in self.readers.stream.listed if found.id == shard)
        for parent in parents:
            left = [p for p in self.all_positions() - self.done if p.startswith(f"fake:orders:{parent}:")]
            assert not left, f"{shard} is read before {left} of its parent {parent}"

    def calm(self) -> None:
        self.readers.stream.down = set()
        self.readers.positions.down = False
        for worker in list(self.workers[1:]):
            self.close(worker)
        (worker,) = self.workers
        for _ in range(400):
            self.settle(worker)
            self.receive(worker)
            self.readers.clock.advance(1)


@pytest.mark.parametrize("seed", seeds(40, 1_000))
def test_storm(seed: int) -> None:
    print(f"FSM_TEST_SEED={seed}")
    storm = Storm(seed)
    for _ in range(600):
        storm.step()
    storm.calm()
    assert storm.all_positions() - storm.done == set()
