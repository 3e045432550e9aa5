"""What goes wrong between a reader and its stream."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fsm_adapters._shards.positions import ShardLease
from fsm_adapters.system.clock import VirtualClock
from fsm_ports import PortUnavailable
from tests.backends.aws import clients
from tests.backends.backend import Backend
from tests.contract.kinesis_streams import a_stream
from tests.unit.fsm_adapters.kinesis.refusals import Refusals
from tests.unit.fsm_adapters.kinesis.story import Story

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient


@pytest.fixture
def client(kinesalite: Backend) -> Callable[[], KinesisClient]:
    """A client of its own, to be tampered with."""
    return clients(kinesalite).kinesis()


def test_expired_iterator_is_renewed_where_it_stood(story: Story) -> None:
    expired = Refusals(story.client(), "GetRecords")
    worker = story.worker()
    story.send("a", 0, 1)
    assert [m.step for m in story.take(worker, 2)] == [0, 1]
    story.send("a", 2)
    expired.refuse("ExpiredIteratorException", 2)  # of both shards
    assert [m.step for m in story.take(worker, 1)] == [2]
    assert expired.left == 0


def test_throttled_read_is_an_error_and_loses_nothing(story: Story) -> None:
    throttled = Refusals(story.client(), "GetRecords")
    worker = story.worker()
    story.send("a", 0)
    story.take(worker, 1)
    story.send("a", 1)
    throttled.refuse("ProvisionedThroughputExceededException", 2)
    assert isinstance(worker.receive(10, story.clock.now() + 30), PortUnavailable)
    assert [m.step for m in story.take(worker, 1)] == [1]


def test_stream_made_anew_is_read_from_its_oldest_record(
    story: Story, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    with a_stream(story.client()) as older:
        former = Story(story.client, older, clock)
        former.send("a", 0)
        (delivery,) = former.deliveries(former.worker(), 1)
    for shard in ("shardId-000000000000", "shardId-000000000001"):  # what a reader of the former stream would leave
        lease = story.positions.acquire(f"kinesis:{story.name}", shard, "former", clock.now())
        assert isinstance(lease, ShardLease)
        number = delivery.position.rpartition(":")[2][:-1]
        story.positions.store(f"kinesis:{story.name}", shard, "former", lease.fence, number)
    story.send("b", 0, 1)
    with caplog.at_level(logging.WARNING):
        assert [m.step for m in story.take(story.worker(), 2)] == [0, 1]
    assert "does not know the record" in caplog.text


def test_unknown_stream_is_an_error_value(client: Callable[[], KinesisClient], clock: VirtualClock) -> None:
    worker = Story(client, "no-such-stream", clock).worker()
    answer = worker.receive(10, clock.now() + 30)
    assert isinstance(answer, PortUnavailable)
    assert "ResourceNotFoundException" in str(answer)
