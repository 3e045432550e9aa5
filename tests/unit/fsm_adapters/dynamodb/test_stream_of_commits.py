"""A checkpoint table whose commits are messages, read by its stream."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.dynamodb.stream_source import DynamoStreamSource
from fsm_adapters.memory.shard_positions import MemoryShardPositions
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import ACK, Commit, Committed, Message, PortError, Status
from fsm_ports.writes import Pause, Resume
from tests.backends.backend import Backend
from tests.contract.kinesis_streams import shared_clients


class Emitting:
    """The store, and the source of its stream."""

    def __init__(self, backend: Backend, table: str) -> None:
        self.clock = VirtualClock(backend.clock.now())
        made = shared_clients(backend)
        made.dynamodb()().create_table(**schemas.EMITTING_CHECKPOINT.create_arguments(table))
        self.store = DynamoCheckpointStore(
            made.dynamodb(), table, source="table", clock=self.clock, random=SystemRandom(), emits=True
        )
        self.source = DynamoStreamSource(
            made.dynamodbstreams(), table, source="table", positions=MemoryShardPositions(self.clock),
            clock=self.clock, random=SystemRandom(), rest=0.0,
        )  # fmt: skip

    def messages(self) -> list[Message]:
        batch = self.source.receive(10, self.clock.now() + 30)
        assert not isinstance(batch, PortError), batch
        assert list(self.source.settle(batch, [ACK] * len(batch))) == [None] * len(batch)
        return [delivery.message for delivery in batch]


@pytest.fixture
def emitting(ministack: Backend) -> Iterator[Emitting]:
    table = f"records-{uuid4().hex[:8]}"
    yield Emitting(ministack, table)
    shared_clients(ministack).dynamodb()().delete_table(TableName=table)


def test_commit_of_a_running_record_is_its_message_and_that_of_a_resting_one_is_none(emitting: Emitting) -> None:
    now = emitting.clock.now()
    first, second = samples.record("a", now), samples.record("a", now, 1)
    for commit in (Commit(first), Commit(second), Commit(samples.record("a", now, 2, Status.COMPLETED))):
        assert all(isinstance(result, Committed) for result in emitting.store.commit([commit]))
    assert emitting.messages() == [first, second]


def test_pause_is_no_message_and_resume_is_one(emitting: Emitting) -> None:
    now = emitting.clock.now()
    emitting.store.commit([Commit(samples.record("a", now))])
    assert len(emitting.messages()) == 1
    emitting.store.mark([Pause("a", "why", now)])
    assert emitting.messages() == []
    (resumed,) = emitting.store.mark([Resume("a", "go on", now)])
    assert isinstance(resumed, Committed)
    assert len(emitting.messages()) == 1
