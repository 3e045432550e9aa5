"""What SQS is asked to send."""

from __future__ import annotations

from typing import cast

import pytest

from fsm_adapters._wire.message import encode
from fsm_adapters.sqs.event_bus import SqsEventBus
from fsm_adapters.sqs.queue import queue_name, queue_url, whole_seconds
from fsm_adapters.sqs.retry_scheduler import SqsRetryScheduler
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import samples
from fsm_ports import OutcomeUnknown, Outgoing, PortRejected, PortUnavailable, Sent, Unreadable
from tests.unit.fsm_adapters._aws.sized import of_size
from tests.unit.fsm_adapters.scripted_aws import OK, Answer, Refusal, Script, refused, silent, sqs

ARN = "arn:aws:sqs:eu-west-1:123456789012:orders"
NOW = 1_700_000_000.0
MIB = 2**20


def a_bus(*answers: Answer, queue: str = ARN) -> tuple[SqsEventBus, Script]:
    client, script = sqs(*answers)
    return SqsEventBus(client, queue, source=queue, clock=VirtualClock(NOW), random=SeededRandom(1)), script


def entries(script: Script) -> list[list[dict[str, object]]]:
    return [cast("list[dict[str, object]]", call["Entries"]) for call in script.of("SendMessageBatch")]


ALL_WELL: Answer = {"Successful": [{"Id": str(number)} for number in range(10)]}
"""However many there are."""


def message(name: str = "a", not_before: float = 0.0) -> Outgoing:
    return Outgoing(samples.record(name, NOW), not_before)


def kinds(results: list[Sent]) -> list[type | None]:
    return [None if result is None else type(result) for result in results]


def test_message_goes_as_its_text_to_the_queue_of_the_arn() -> None:
    bus, script = a_bus({"Successful": [{"Id": "0"}]})
    assert list(bus.send([message()])) == [None]
    (call,) = script.of("SendMessageBatch")
    assert call["QueueUrl"] == "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
    assert call["Entries"] == [{"Id": "0", "MessageBody": encode(samples.record("a", NOW))}]


@pytest.mark.parametrize(
    ("wait", "delay"),
    [(-5.0, None), (0.0, None), (0.2, 1), (1.0, 1), (1.1, 2), (899.5, 900), (900.0, 900), (5000.0, 900)],
)
def test_delay_is_whole_seconds_not_less_and_900_at_most(wait: float, delay: int | None) -> None:
    bus, script = a_bus()
    bus.send([message(not_before=NOW + wait)])
    assert entries(script)[0][0].get("DelaySeconds") == delay


def test_fifo_queue_groups_by_machine_instance_delays_nothing_and_takes_a_repeat() -> None:
    bus, script = a_bus(queue=ARN + ".fifo")
    bus.send([message("a", NOW + 60), message("a", NOW + 60), message("b"), Outgoing(Unreadable("{", "cut off"))])
    (sent,) = entries(script)
    assert [entry["MessageGroupId"] for entry in sent] == ["a", "a", "b", "unreadable"]
    assert len({str(entry["MessageDeduplicationId"]) for entry in sent}) == 4
    assert not any("DelaySeconds" in entry for entry in sent)


def test_standard_queue_gets_no_group() -> None:
    bus, script = a_bus()
    bus.send([message()])
    assert entries(script)[0][0].keys() == {"Id", "MessageBody"}


@pytest.mark.parametrize(("extra", "calls"), [(0, [2]), (1, [1, 1])])
def test_call_has_a_mebibyte_and_not_a_byte_more(extra: int, calls: list[int]) -> None:
    bus, script = a_bus(ALL_WELL)
    bus.send([Outgoing(of_size(MIB // 2)), Outgoing(of_size(MIB // 2 + extra))])
    assert [len(call) for call in entries(script)] == calls


def test_message_of_exactly_a_mebibyte_goes() -> None:
    bus, script = a_bus({"Successful": [{"Id": "0"}]})
    assert list(bus.send([Outgoing(of_size(MIB))])) == [None]
    assert len(str(entries(script)[0][0]["MessageBody"])) == MIB


def test_message_of_more_than_a_mebibyte_is_rejected_without_a_call() -> None:
    bus, script = a_bus()
    (result,) = bus.send([Outgoing(of_size(MIB + 1))])
    assert isinstance(result, PortRejected)
    assert f"{MIB + 1} bytes are more than the {MIB}" in str(result)
    assert script.asked == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refused(), PortUnavailable),
        (silent(), OutcomeUnknown),
        (Refusal("AWS.SimpleQueueService.NonExistentQueue"), PortUnavailable),
        (OK, OutcomeUnknown),
    ],
)
def test_call_that_fails_is_the_answer_to_each_message(answer: Answer, expected: type) -> None:
    bus, _ = a_bus(answer)
    assert all(isinstance(result, expected) for result in bus.send([message("a"), message("b")]))


def test_failed_entries_are_told_item_by_item() -> None:
    failed = [{"Id": "1", "SenderFault": True, "Code": "InvalidMessageContents", "Message": "a character"}]
    bus, _ = a_bus({"Successful": [{"Id": "0"}, {"Id": "2"}], "Failed": failed})
    results = list(bus.send([message(name) for name in "abc"]))
    assert kinds(results) == [None, PortRejected, None]
    assert str(results[1]) == f"{ARN}: InvalidMessageContents: a character"


@pytest.mark.parametrize(("queue", "longest"), [(ARN, 900.0), (ARN + ".fifo", 0.0)])
def test_scheduler_holds_a_message_for_900_seconds_and_a_fifo_queue_not_at_all(queue: str, longest: float) -> None:
    client, _ = sqs()
    scheduler = SqsRetryScheduler(client, queue, source=queue, clock=VirtualClock(), random=SeededRandom(1))
    assert scheduler.max_delay == longest


@pytest.mark.parametrize(
    ("queue", "url", "name"),
    [
        (ARN, "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "orders"),
        ("arn:aws-cn:sqs:cn-north-1:1:q", "https://sqs.cn-north-1.amazonaws.com.cn/1/q", "q"),
        ("http://localhost:4566/1/orders.fifo", "http://localhost:4566/1/orders.fifo", "orders.fifo"),
    ],
)
def test_queue_is_given_by_arn_or_url(queue: str, url: str, name: str) -> None:
    assert (queue_url(queue), queue_name(queue)) == (url, name)


def test_seconds_are_rounded_up_and_kept_within_bounds() -> None:
    assert [whole_seconds(s, 20) for s in (-1.0, 0.0, 0.1, 19.5, 21.0)] == [0, 0, 1, 20, 20]
