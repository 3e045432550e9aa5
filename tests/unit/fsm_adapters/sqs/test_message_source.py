"""What SQS is asked while its messages are received, kept and settled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

import pytest

from fsm_adapters._wire.message import encode
from fsm_adapters.sqs.message_source import SqsMessageSource
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import ACK, NACK, Defer, Delivery, OutcomeUnknown, PortRejected, PortUnavailable, Unreadable
from tests.unit.fsm_adapters.scripted_aws import OK, Answer, Script, refused, silent, sqs

URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
NOW = 1_700_000_000.0


class Queue:
    """A source whose calls a script answers."""

    def __init__(self, *answers: Answer, wait_seconds: float = 2.0) -> None:
        client, self.script = sqs(*answers)
        self.clock = VirtualClock(NOW)
        self.source = SqsMessageSource(client, URL, source="q", clock=self.clock, wait_seconds=wait_seconds)

    def hold(self, count: int, seconds: float = 30.0) -> Sequence[Delivery]:
        self.script.now(*_pages(count))
        held = self.source.receive(count, self.clock.now() + seconds)
        assert not isinstance(held, Exception)
        assert len(held) == count
        self.script.begin(OK)
        return held


def _pages(count: int) -> Sequence[Answer]:
    numbers = [range(start, min(start + 10, count)) for start in range(0, count, 10)]
    return [{"Messages": [received(f"m-{n}") for n in part]} for part in numbers]


def received(name: str, body: str | None = None, count: int | None = 1) -> dict[str, object]:
    text = encode(samples.record(name, NOW)) if body is None else body
    counted = {} if count is None else {"Attributes": {"ApproximateReceiveCount": str(count)}}
    return {"MessageId": f"id-{name}", "ReceiptHandle": f"r-{name}", "Body": text, **counted}


def entries(script: Script, operation: str) -> list[list[dict[str, object]]]:
    return [cast("list[dict[str, object]]", call["Entries"]) for call in script.of(operation)]


def done(*numbers: int) -> Answer:
    return {"Successful": [{"Id": str(n)} for n in numbers]}


def test_first_call_waits_and_the_next_ones_do_not() -> None:
    queue = Queue(*_pages(25))
    queue.source.receive(25, NOW + 30)
    calls = queue.script.of("ReceiveMessage")
    assert [call["MaxNumberOfMessages"] for call in calls] == [10, 10, 5]
    assert [call["WaitTimeSeconds"] for call in calls] == [2, 0, 0]


def test_no_more_is_asked_once_a_call_gives_less_than_it_might() -> None:
    queue = Queue({"Messages": [received("a")]})
    queue.source.receive(25, NOW + 30)
    assert len(queue.script.of("ReceiveMessage")) == 1


@pytest.mark.parametrize(("seconds", "visible"), [(30.0, 30), (29.2, 30), (0.0, 1), (-5.0, 1), (1e6, 43_200)])
def test_message_is_hidden_for_whole_seconds(seconds: float, visible: int) -> None:
    queue = Queue()
    queue.source.receive(1, NOW + seconds)
    (call,) = queue.script.of("ReceiveMessage")
    assert call["VisibilityTimeout"] == visible


@pytest.mark.parametrize(("wait", "asked"), [(0.0, 0), (0.3, 1), (20.0, 20), (60.0, 20)])
def test_poll_waits_20_seconds_at_most(wait: float, asked: int) -> None:
    queue = Queue(wait_seconds=wait)
    queue.source.receive(1, NOW + 30)
    assert queue.script.of("ReceiveMessage")[0]["WaitTimeSeconds"] == asked


@pytest.mark.parametrize(("count", "died"), [(1, False), (2, True), (None, False)])
def test_receive_count_tells_of_earlier_holders(count: int | None, died: bool) -> None:
    queue = Queue({"Messages": [received("a", count=count)]})
    (delivery,) = cast("Sequence[Delivery]", queue.source.receive(1, NOW + 30))
    assert (delivery.maybe_died, delivery.received) == (died, count or 1)
    assert delivery.position == "sqs:orders:id-a"
    assert queue.script.of("ReceiveMessage")[0]["MessageSystemAttributeNames"] == ["ApproximateReceiveCount"]


def test_what_came_before_a_failure_is_delivered() -> None:
    (page,) = _pages(10)
    queue = Queue(page, silent())
    assert len(cast("Sequence[Delivery]", queue.source.receive(20, NOW + 30))) == 10
    assert isinstance(Queue(silent()).source.receive(20, NOW + 30), OutcomeUnknown)


ENVELOPE = {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:orders", "MessageId": "x"}


@pytest.mark.parametrize("raw", [True, False])
def test_message_of_sns_is_delivered_raw_or_enveloped(raw: bool) -> None:
    text = encode(samples.record("a", NOW))
    queue = Queue({"Messages": [received("a", text if raw else json.dumps({**ENVELOPE, "Message": text}))]})
    (delivery,) = cast("Sequence[Delivery]", queue.source.receive(1, NOW + 30))
    assert delivery.message == samples.record("a", NOW)


@pytest.mark.parametrize(
    "body",
    [
        '{"Type": "Notification"',
        '{"Type": "Notification"}',
        pytest.param('{"Type": "Notification", "Message": ' + "[" * 100_000, id="nested without end"),
        '{"Type": "Notification", "Message": 17}',
        '{"Type": "SubscriptionConfirmation", "Message": "x", "also": "Notification"}',
        "[1]",
        "",
    ],
)
def test_body_that_is_no_message_is_kept_whole(body: str) -> None:
    queue = Queue({"Messages": [received("a", body)]})
    (delivery,) = cast("Sequence[Delivery]", queue.source.receive(1, NOW + 30))
    assert isinstance(delivery.message, Unreadable)
    assert delivery.message.text == body


def test_machine_whose_context_speaks_of_notifications_is_not_taken_for_an_envelope() -> None:
    spoken = samples.record("a", NOW)._replace(context='{"Type": "Notification", "Message": "x"}')
    queue = Queue({"Messages": [received("a", encode(spoken))]})
    (delivery,) = cast("Sequence[Delivery]", queue.source.receive(1, NOW + 30))
    assert delivery.message == spoken


def test_a_notification_that_is_nested_too_deeply_is_unreadable_and_holds_up_nobody() -> None:
    deep = '{"Type": "Notification", "x": ' + "[" * 100_000
    queue = Queue({"Messages": [received("a", deep), received("b")]})
    spoilt, sound = cast("Sequence[Delivery]", queue.source.receive(2, NOW + 30))
    assert (isinstance(spoilt.message, Unreadable), isinstance(sound.message, Unreadable)) == (True, False)


@pytest.mark.parametrize(("count", "seconds"), [(1, 1), (5, 16), (50, 60)])
def test_a_message_that_fails_again_comes_back_ever_later(count: int, seconds: int) -> None:
    queue = Queue({"Messages": [received("a", count=count)]})
    held = cast("Sequence[Delivery]", queue.source.receive(1, NOW + 30))
    queue.script.now(done(0))
    queue.source.settle(held, [NACK])
    ((entry,),) = entries(queue.script, "ChangeMessageVisibilityBatch")
    assert entry["VisibilityTimeout"] == seconds


def test_renewal_moves_the_end_of_the_claim_ten_at_a_time() -> None:
    queue = Queue()
    held = queue.hold(12)
    queue.script.now(done(*range(10)), done(0, 1))
    queue.clock.sleep(20)
    assert list(queue.source.extend(held, NOW + 60)) == [None] * 12
    calls = entries(queue.script, "ChangeMessageVisibilityBatch")
    assert [len(call) for call in calls] == [10, 2]
    assert calls[0][3] == {"Id": "3", "ReceiptHandle": "r-m-3", "VisibilityTimeout": 40}


def test_renewed_claim_can_be_settled_after_its_first_end_and_one_that_was_not_renewed_cannot() -> None:
    """SQS would let a late receipt act upon the next receiver's claim."""
    queue = Queue()
    held = queue.hold(2)
    queue.script.now({"Successful": [{"Id": "0"}], "Failed": [{"Id": "1", "Code": "RequestThrottled"}]}, done(0))
    renewed = queue.source.extend(held, NOW + 60)
    assert [type(result) for result in renewed] == [type(None), PortUnavailable]
    queue.clock.sleep(31)
    settled = queue.source.settle(held, [ACK, ACK])
    assert [type(result) for result in settled] == [type(None), PortRejected]
    assert entries(queue.script, "DeleteMessageBatch") == [[{"Id": "0", "ReceiptHandle": "r-m-0"}]]


def test_claim_that_ended_is_not_renewed() -> None:
    queue = Queue()
    held = queue.hold(1)
    queue.clock.sleep(30)
    assert [type(result) for result in queue.source.extend(held, NOW + 90)] == [PortRejected]
    assert queue.script.asked == []


def test_each_outcome_has_its_own_call() -> None:
    queue = Queue()
    held = queue.hold(4)
    queue.script.now(done(0), done(0, 1, 2))
    assert list(queue.source.settle(held, [NACK, ACK, Defer(NOW + 100), Defer(NOW - 5)])) == [None] * 4
    assert entries(queue.script, "DeleteMessageBatch") == [[{"Id": "0", "ReceiptHandle": "r-m-1"}]]
    (changes,) = entries(queue.script, "ChangeMessageVisibilityBatch")
    assert [(c["ReceiptHandle"], c["VisibilityTimeout"]) for c in changes] == [
        ("r-m-0", 1), ("r-m-2", 100), ("r-m-3", 0),
    ]  # fmt: skip


def test_failures_of_settling_are_told_item_by_item_and_may_be_repeated() -> None:
    queue = Queue()
    held = queue.hold(2)
    queue.script.now({"Successful": [{"Id": "0"}], "Failed": [{"Id": "1", "Code": "InternalError"}]}, done(0))
    assert [type(r) for r in queue.source.settle(held, [ACK, ACK])] == [type(None), OutcomeUnknown]
    assert [type(r) for r in queue.source.settle(held, [ACK, ACK])] == [PortRejected, type(None)]
    assert [len(call) for call in entries(queue.script, "DeleteMessageBatch")] == [2, 1]


def test_receipt_that_the_queue_no_longer_knows_is_a_claim_that_has_passed_on() -> None:
    queue = Queue()
    held = queue.hold(1)
    queue.script.now({"Failed": [{"Id": "0", "Code": "ReceiptHandleIsInvalid", "Message": "expired"}]})
    assert [type(r) for r in queue.source.extend(held, NOW + 60)] == [PortRejected]


def test_after_a_time_out_no_further_batch_is_settled() -> None:
    queue = Queue()
    held = queue.hold(25)
    queue.script.now(silent())
    kinds = [type(result) for result in queue.source.settle(held, [ACK] * 25)]
    assert kinds == [OutcomeUnknown] * 10 + [PortUnavailable] * 15
    assert len(queue.script.of("DeleteMessageBatch")) == 1


def test_queue_that_cannot_be_reached_is_not_available() -> None:
    assert isinstance(Queue(refused()).source.receive(1, NOW + 30), PortUnavailable)
