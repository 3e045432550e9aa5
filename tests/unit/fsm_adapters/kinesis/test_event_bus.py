"""KinesisEventBus: what a call may hold, and what its answer says of each record."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from fsm_adapters.kinesis.event_bus import KinesisEventBus
from fsm_contract import samples
from fsm_ports import OutcomeUnknown, Outgoing, PortRejected, PortUnavailable, Sent
from tests.backends.aws import clients
from tests.backends.backend import Backend
from tests.unit.fsm_adapters.kinesis.story import Story

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient


class Calls:
    """Counts PutRecords and tampers with its answers."""

    def __init__(self, client: KinesisClient) -> None:
        self.sizes: list[int] = []
        self.failing: dict[int, str] = {}
        self.leaves_out = False
        client.meta.events.register("after-call.kinesis.PutRecords", self._after)

    def _after(self, parsed: dict[str, Any], **_: object) -> None:  # Any: botocore's own untyped answer
        self.sizes.append(len(parsed.get("Records", [])))
        for number, code in self.failing.items():
            parsed["Records"][number] = {"ErrorCode": code, "ErrorMessage": "not now"}
        if self.failing:
            parsed["FailedRecordCount"] = len(self.failing)
        if self.leaves_out:
            parsed["Records"].pop()


@pytest.fixture
def client(kinesalite: Backend) -> Callable[[], KinesisClient]:
    """A client of its own, to be tampered with."""
    return clients(kinesalite).kinesis()


@pytest.fixture
def calls(client: Callable[[], KinesisClient]) -> Calls:
    return Calls(client())


def _send(bus: KinesisEventBus, count: int, size: int = 2) -> list[Sent]:
    context = samples.text_of(size)
    return list(bus.send([Outgoing(samples.record(f"m-{n}", 1.0)._replace(context=context)) for n in range(count)]))


def test_failed_records_are_told_one_by_one(story: Story, calls: Calls) -> None:
    calls.failing = {1: "ProvisionedThroughputExceededException", 3: "InternalFailure"}
    results = _send(story.bus, 5)
    assert [type(result) for result in results] == [
        type(None), PortUnavailable, type(None), OutcomeUnknown, type(None),
    ]  # fmt: skip


def test_failed_records_of_a_later_call_are_told_in_their_places(story: Story, calls: Calls) -> None:
    calls.failing = {0: "ProvisionedThroughputExceededException"}
    results = _send(story.bus, 1_200)
    assert calls.sizes == [500, 500, 200]
    assert [n for n, result in enumerate(results) if result is not None] == [0, 500, 1_000]


def test_call_holds_5_mib_at_most(story: Story, calls: Calls) -> None:
    assert _send(story.bus, 12, 1_000_000) == [None] * 12
    assert calls.sizes == [5, 5, 2]


def test_answer_that_leaves_records_out_is_of_unknown_outcome(story: Story, calls: Calls) -> None:
    calls.leaves_out = True
    assert [type(result) for result in _send(story.bus, 3)] == [OutcomeUnknown] * 3


def test_long_correlation_id_is_carried(story: Story) -> None:
    name = "x" * 2_000
    story.send(name, 0)
    assert [m.correlation_id for m in story.take(story.worker(), 1)] == [name]


def test_record_that_the_stream_refuses_fails_alone(story: Story) -> None:
    """The stream takes less than the bus was told."""
    bus = KinesisEventBus(story.client, story.name, source="kinesis", record_bytes=3 * 2**20)
    messages = [Outgoing(samples.record(name, 1.0)) for name in "abc"]
    messages[1] = Outgoing(samples.record("b", 1.0)._replace(context=samples.text_of(2 * 2**20)))
    assert [type(result) for result in bus.send(messages)] == [type(None), PortRejected, type(None)]


def test_size_is_what_the_stream_takes_less_the_key(story: Story) -> None:
    assert KinesisEventBus(story.client, "arn:aws:kinesis:us-east-1:1:stream/s", source="k").max_bytes == 2**20 - 1024
