"""A machine's past, and the message at a position, out of the stream itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.kinesis.history_log import KinesisHistoryLog
from fsm_contract import samples
from fsm_ports import Happened, HistoryEntry, Instance, Outgoing, PortError, PortRejected, PortUnavailable, Status
from fsm_ports.instance import resume_position
from tests.backends.aws import clients
from tests.backends.backend import Backend
from tests.unit.fsm_adapters.kinesis.refusals import Refusals
from tests.unit.fsm_adapters.kinesis.story import Story

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient


@pytest.fixture
def client(kinesalite: Backend) -> Callable[[], KinesisClient]:
    """A client of its own, to be tampered with."""
    return clients(kinesalite).kinesis()


@pytest.fixture
def log(story: Story) -> KinesisHistoryLog:
    return KinesisHistoryLog(story.client, story.name, source="kinesis orders", clock=story.clock)


def _put(story: Story, *messages: Instance) -> None:
    assert list(story.bus.send([Outgoing(message) for message in messages])) == [None] * len(messages)


def _read(log: KinesisHistoryLog, name: str = "a", after: int = -1) -> list[HistoryEntry]:
    entries = log.read(name, after)
    assert not isinstance(entries, PortError), entries
    return list(entries)


def test_history_tells_of_start_steps_and_retries(story: Story, log: KinesisHistoryLog) -> None:
    now = story.clock.now()
    first, second, third = (samples.record("a", now + step - 10, step) for step in range(3))
    retries = [second._replace(retries=n, position="p", error=f"boom {n}", not_before=now) for n in (1, 2)]
    event = third._replace(data='{"paid": true}')
    _put(story, first, samples.record("b", now), second, *retries, event)
    entries = _read(log)
    assert [(e.happened, e.step, e.retries, e.note) for e in entries] == [
        (Happened.STARTED, 0, 0, None),
        (Happened.STEP, 1, 0, None),
        (Happened.RETRY, 1, 1, "boom 1"),
        (Happened.RETRY, 1, 2, "boom 2"),
        (Happened.EVENT, 2, 0, None),
    ]
    assert [e.context for e in entries if e.happened is not Happened.RETRY] == [
        m.context for m in (first, second, event)
    ]
    assert [e.at for e in entries if e.happened is not Happened.RETRY] == [now - 10, now - 9, now - 8]
    assert all(e.at >= now - 1 for e in entries if e.happened is Happened.RETRY)


def test_copies_of_a_message_are_one_entry(story: Story, log: KinesisHistoryLog) -> None:
    message = samples.record("a", story.clock.now(), 1)
    retry = message._replace(retries=1, position="p", error="boom")
    _put(story, message, message, message._replace(position="put off"), retry, retry)
    assert [e.happened for e in _read(log)] == [Happened.STEP, Happened.RETRY]


def test_step_of_which_only_a_thin_copy_came_first_has_its_context_all_the_same(
    story: Story, log: KinesisHistoryLog
) -> None:
    message = samples.record("a", story.clock.now(), 1)
    _put(story, message._replace(context=None), message)
    assert [e.context for e in _read(log)] == [message.context]


def test_resumed_message_tells_of_the_resume(story: Story, log: KinesisHistoryLog) -> None:
    message = samples.record("a", story.clock.now(), 1)
    _put(story, message, message._replace(position=resume_position(1)))
    assert [e.happened for e in _read(log)] == [Happened.STEP, Happened.RESUMED]


def test_history_goes_back_over_a_resharding(story: Story, log: KinesisHistoryLog) -> None:
    names = [f"machine-{n}" for n in range(8)]
    for name in names:
        story.send(name, 0, 1)
    story.split("shardId-000000000000")
    story.split("shardId-000000000001")
    for name in names:
        story.send(name, 2)
    assert [[e.step for e in _read(log, name)] for name in names] == [[0, 1, 2]] * 8


def test_throttled_scan_waits_and_goes_on(story: Story, log: KinesisHistoryLog) -> None:
    story.send("a", 0, 1)
    throttled, begin = Refusals(story.client(), "GetRecords"), story.clock.now()
    throttled.refuse("ProvisionedThroughputExceededException", 3)
    assert [e.step for e in _read(log)] == [0, 1]
    assert (throttled.left, story.clock.now() - begin) == (0, 1.5)


def test_unknown_stream_is_an_error(story: Story) -> None:
    log = KinesisHistoryLog(story.client, "no-such-stream", source="kinesis", clock=story.clock)
    assert isinstance(log.read("a"), PortUnavailable)


def test_message_is_found_by_the_position_of_its_delivery(story: Story, log: KinesisHistoryLog) -> None:
    story.send("a", 0, 1, 2)
    story.send("b", 0)
    for delivery in story.deliveries(story.worker(), 4):
        assert log.message_at(delivery.position) == delivery.message


def test_position_that_the_stream_does_not_know_is_nothing(story: Story, log: KinesisHistoryLog) -> None:
    story.send("a", 0)
    (delivery,) = story.deliveries(story.worker(), 1)
    where, _, number = delivery.position.rpartition(":")
    assert log.message_at(f"{where}:{int(number) + 2**8}") is None
    assert log.message_at(f"{where}:1") is None


@pytest.mark.parametrize(
    "position", ["", "event:17", "kinesis:other:shardId-000000000000:1", "kinesis:{stream}:1", "sqs:{stream}:a:1",
                 "kinesis:{stream}:shardId-000000000000:"],
)  # fmt: skip
def test_position_of_another_source_is_rejected(story: Story, log: KinesisHistoryLog, position: str) -> None:
    assert isinstance(log.message_at(position.format(stream=story.name)), PortRejected)


def test_entries_bear_the_status_of_their_message(story: Story, log: KinesisHistoryLog) -> None:
    _put(story, samples.record("a", story.clock.now(), 3, Status.WAITING))
    assert [e.status for e in _read(log)] == [Status.WAITING]
