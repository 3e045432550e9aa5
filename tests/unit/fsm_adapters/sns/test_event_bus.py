"""What SNS is asked to publish."""

from __future__ import annotations

from typing import cast

import pytest

from fsm_adapters._wire.message import encode
from fsm_adapters.sns.event_bus import MAX_BYTES, SnsEventBus
from fsm_adapters.sns.retry_scheduler import SnsRetryScheduler
from fsm_adapters.system.random import SeededRandom
from fsm_contract import samples
from fsm_ports import OutcomeUnknown, Outgoing, PortRejected, PortUnavailable, Unreadable
from tests.unit.fsm_adapters.scripted_aws import OK, Answer, Refusal, Script, refused, silent, sns

ARN = "arn:aws:sns:eu-west-1:123456789012:orders"
NOW = 1_700_000_000.0


def a_bus(*answers: Answer, topic: str = ARN, max_bytes: int = MAX_BYTES) -> tuple[SnsEventBus, Script]:
    client, script = sns(*answers)
    return SnsEventBus(client, topic, source=topic, random=SeededRandom(1), max_bytes=max_bytes), script


def entries(script: Script) -> list[list[dict[str, object]]]:
    calls = script.of("PublishBatch")
    return [cast("list[dict[str, object]]", call["PublishBatchRequestEntries"]) for call in calls]


ALL_WELL: Answer = {"Successful": [{"Id": str(number)} for number in range(10)]}
"""However many there are."""


def message(name: str = "a", size: int = 0) -> Outgoing:
    bare = samples.record(name, NOW)
    return Outgoing(bare._replace(context=samples.text_of(size)) if size else bare)


def test_message_is_published_as_its_text() -> None:
    bus, script = a_bus({"Successful": [{"Id": "0"}]})
    assert list(bus.send([message()])) == [None]
    (call,) = script.of("PublishBatch")
    assert call == {
        "TopicArn": ARN,
        "PublishBatchRequestEntries": [{"Id": "0", "Message": encode(samples.record("a", NOW))}],
    }


def test_fifo_topic_groups_by_machine_instance_and_takes_a_repeat() -> None:
    bus, script = a_bus(topic=ARN + ".fifo")
    bus.send([message("a"), message("a"), message("b"), Outgoing(Unreadable("{", "cut off"))])
    (sent,) = entries(script)
    assert [entry["MessageGroupId"] for entry in sent] == ["a", "a", "b", "unreadable"]
    assert len({str(entry["MessageDeduplicationId"]) for entry in sent}) == 4


def test_call_has_256_kibibytes_and_ten_entries_at_most() -> None:
    bus, script = a_bus(ALL_WELL)
    bus.send([message(f"m-{n}", MAX_BYTES // 2 - 1000) for n in range(3)] + [message(f"n-{n}") for n in range(12)])
    sizes = [sum(len(str(entry["Message"])) for entry in call) for call in entries(script)]
    assert [len(call) for call in entries(script)] == [2, 10, 3]
    assert max(sizes) <= MAX_BYTES


def test_message_beyond_the_topics_size_is_rejected_without_a_call() -> None:
    bus, script = a_bus()
    (result,) = bus.send([message(size=MAX_BYTES)])
    assert isinstance(result, PortRejected)
    assert f"more than the {MAX_BYTES}" in str(result)
    assert script.asked == []


def test_topic_may_take_more_by_its_own_attribute() -> None:
    bus, _ = a_bus({"Successful": [{"Id": "0"}]}, max_bytes=2**20)
    assert list(bus.send([message(size=MAX_BYTES)])) == [None]
    assert bus.max_bytes == 2**20


def test_failed_entries_are_told_item_by_item() -> None:
    failed = [
        {"Id": "0", "Code": "Throttled", "Message": "slow"},
        {"Id": "2", "Code": "InvalidParameter", "Message": "too long"},
        {"Id": "3", "Code": "InternalError"},
    ]
    bus, _ = a_bus({"Successful": [{"Id": "1"}], "Failed": failed})
    results = [type(result) for result in bus.send([message(name) for name in "abcd"])]
    assert results == [PortUnavailable, type(None), PortRejected, OutcomeUnknown]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refused(), PortUnavailable),
        (silent(), OutcomeUnknown),
        (Refusal("NotFound", "Topic does not exist", 404), PortUnavailable),
        (Refusal("KMSThrottling"), PortUnavailable),
        (OK, OutcomeUnknown),
    ],
)
def test_call_that_fails_is_the_answer_to_each_message(answer: Answer, expected: type) -> None:
    bus, _ = a_bus(answer)
    assert all(isinstance(result, expected) for result in bus.send([message("a"), message("b")]))


def test_scheduler_holds_nothing() -> None:
    client, _ = sns()
    assert SnsRetryScheduler(client, ARN, source=ARN, random=SeededRandom(1)).max_delay == 0.0
