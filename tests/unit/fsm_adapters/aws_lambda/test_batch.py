"""Records in, deliveries to the handler, and the answer by which Lambda knows what to deliver again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, cast

import pytest

from fsm_adapters._wire.message import decode, encode
from fsm_adapters.aws_lambda.batch import Batches, NotDone
from fsm_adapters.aws_lambda.records import Record
from fsm_adapters.dynamodb.items import EMIT, item_of
from fsm_adapters.dynamodb.stream_images import message_in
from fsm_adapters.system.clock import VirtualClock
from fsm_ports import ACK, NACK, Defer, Delivery, Instance, Message, Outcome, Unreadable
from fsm_ports.event_handler import EventHandler
from tests.unit.fsm_adapters.aws_lambda import events
from tests.unit.fsm_domain.failover.roads import instance

MESSAGE: Final = instance()._replace(correlation_id="o-1")
TEXT: Final = encode(MESSAGE)
NOW: Final = 1001.0


class Handler(EventHandler):
    """Answers what it is told to; ACK where it is told nothing."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.deliveries, self.deadline = outcomes, list[Delivery](), 0.0

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        self.deliveries += deliveries
        self.deadline = deadline
        return [*self.outcomes, *[ACK] * len(deliveries)][: len(deliveries)]


class Invocation:
    def get_remaining_time_in_millis(self) -> int:
        return 30_000


class PutOffs:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, float]] = []

    def __call__(self, queue_arn: str, receipt_handle: str, seconds: float) -> None:
        self.asked.append((queue_arn, receipt_handle, seconds))


def decode_image(record: Record) -> Message | None:
    """Stands for what reads DynamoDB's images."""
    change = cast("dict[str, dict[str, dict[str, str]]]", record["dynamodb"])
    return decode(change["NewImage"]["payload"]["S"]) if "NewImage" in change else None


def of_dynamodb(text: str) -> Record:
    return events.dynamodb({"payload": {"S": text}})


def batches(handler: Handler, put_off: PutOffs | None = None) -> Batches:
    return Batches(handler, VirtualClock(NOW), decode_image, put_off)


MAKERS: Final[dict[str, Callable[..., Record]]] = {
    "sqs": events.sqs,
    "kinesis": events.kinesis,
    "dynamodb": of_dynamodb,
    "sns": events.sns,
}
POSITIONS: Final = {
    "sqs": "sqs:orders:m-1",
    "kinesis": "kinesis:orders:shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
    "dynamodb": "dynamodb:orders:4421584500000000017450439091",
    "sns": "sns:orders:n-1",
}


@pytest.mark.parametrize("service", MAKERS)
def test_a_record_of_each_service_is_a_delivery(service: str) -> None:
    handler, record = Handler(), MAKERS[service](TEXT)
    assert batches(handler).handle([record], Invocation()) == {"batchItemFailures": []}
    (delivery,) = handler.deliveries
    assert delivery.message == MESSAGE
    assert delivery.position == POSITIONS[service]
    assert delivery.record is record
    assert isinstance(delivery.invocation, Invocation)
    assert not delivery.maybe_died
    assert handler.deadline == NOW + 30.0


@pytest.mark.parametrize("service", MAKERS)
def test_what_cannot_be_read_is_delivered_whole_and_holds_up_nobody(service: str) -> None:
    handler = Handler()
    batches(handler).handle([MAKERS[service]('{"version": '), events.sqs(TEXT, "m-2")], Invocation())
    spoilt, sound = handler.deliveries
    assert isinstance(spoilt.message, Unreadable)
    assert sound.message == MESSAGE


DEEP: Final = "[" * 100_000
SPOILT: Final[dict[str, Record]] = {
    "a message": events.sqs(DEEP),
    "a notification": events.sqs('{"Type": "Notification", "x": ' + DEEP),
    "a record of Kinesis": events.kinesis(DEEP),
    "a message of SNS": events.sns(DEEP),
    "an item of a stream table": events.dynamodb({"payload": {"S": DEEP}}),
    "what an item was emitted with": events.dynamodb({**item_of(MESSAGE), EMIT: {"S": f"n {DEEP}"}}),
    "what an item keeps beside": events.dynamodb({**item_of(MESSAGE), EMIT: {"S": "n"}, "extra": {"S": DEEP}}),
    "what no reader understands": events.dynamodb({**item_of(MESSAGE), EMIT: {"S": "n"}, "step": {"N": "9" * 5000}}),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_nested_too_deeply_is_delivered_whole_and_holds_up_nobody(what: str) -> None:
    handler = Handler()
    records = [SPOILT[what], events.sqs(TEXT, "m-2")]
    Batches(handler, VirtualClock(NOW), message_in).handle(records, Invocation())
    spoilt, sound = handler.deliveries
    assert isinstance(spoilt.message, Unreadable)
    assert sound.message == MESSAGE


def test_an_image_whose_reading_recurses_without_end_is_a_record_that_cannot_be_read() -> None:
    def recursing(record: Record) -> Message | None:
        return recursing(record)

    handler = Handler()
    Batches(handler, VirtualClock(NOW), recursing).handle([events.dynamodb({})], Invocation())
    assert isinstance(handler.deliveries[0].message, Unreadable)


def test_failures_are_named_as_each_service_wants_them() -> None:
    handler = Handler(NACK, NACK, NACK)
    records = [MAKERS[service](TEXT) for service in ("sqs", "kinesis", "dynamodb")]
    assert batches(handler).handle(records, Invocation()) == {
        "batchItemFailures": [
            {"itemIdentifier": "m-1"},
            {"itemIdentifier": "49590338271490256608559692538361571095921575989136588898"},
            {"itemIdentifier": "4421584500000000017450439091"},
        ]
    }


def test_only_what_failed_is_named() -> None:
    records = [events.sqs(TEXT, f"m-{n}") for n in range(3)]
    assert batches(Handler(ACK, NACK, ACK)).handle(records, Invocation()) == {
        "batchItemFailures": [{"itemIdentifier": "m-1"}]
    }


def test_messages_of_sns_that_are_not_done_raise_since_the_answer_is_ignored() -> None:
    with pytest.raises(NotDone, match="1 of 2"):
        batches(Handler(ACK, NACK)).handle([events.sns(TEXT, "n-1"), events.sns(TEXT, "n-2")], Invocation())


def test_a_record_that_no_answer_could_name_fails_the_batch() -> None:
    record = {name: value for name, value in events.sqs(TEXT).items() if name != "messageId"}
    with pytest.raises(NotDone, match="messageId"):
        batches(Handler()).handle([record], Invocation())


def test_a_deletion_and_a_record_of_another_service_are_skipped() -> None:
    handler = Handler()
    foreign: Record = {"eventSource": "aws:s3", "s3": {}}
    answer = batches(handler).handle([events.dynamodb(None), foreign], Invocation())
    assert answer == {"batchItemFailures": []}
    assert handler.deliveries == []


def test_a_notification_that_a_queue_delivers_is_unwrapped() -> None:
    handler = Handler()
    batches(handler).handle([events.sqs(json.dumps({"Type": "Notification", "Message": TEXT}))], Invocation())
    assert [one.message for one in handler.deliveries] == [MESSAGE]


def test_what_looks_like_a_notification_and_is_nested_without_end_blames_no_neighbour() -> None:
    handler = Handler()
    bottomless = '{"Type": "Notification", "Message": ' + "[" * 100_000
    batches(handler).handle([events.sqs(bottomless), events.sqs(TEXT)], Invocation())
    unreadable, sound = (one.message for one in handler.deliveries)
    assert isinstance(unreadable, Unreadable)
    assert sound == MESSAGE


def test_a_time_that_no_float_holds_names_its_record() -> None:
    record = events.sqs(TEXT)
    late: Record = {**record, "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "9" * 400}}
    with pytest.raises(NotDone, match="a time that no float holds"):
        batches(Handler()).handle([late], Invocation())


def test_a_queue_is_told_when_a_message_is_to_come_back() -> None:
    put_off = PutOffs()
    handler = Handler(Defer(NOW + 7.0), NACK, ACK)
    batches(handler, put_off).handle([events.sqs(TEXT, f"m-{n}") for n in range(3)], Invocation())
    arn = "arn:aws:sqs:us-east-1:123456789012:orders"
    assert put_off.asked == [(arn, "handle-of-m-0", 7.0), (arn, "handle-of-m-1", 1.0)]
    assert all(one.can_defer for one in handler.deliveries)


@pytest.mark.parametrize(
    ("received", "seconds"), [(1, 1.0), (2, 2.0), (3, 4.0), (6, 32.0), (7, 60.0), (99, 60.0), (10**9, 60.0)]
)
def test_a_message_that_fails_again_comes_back_ever_later(received: int, seconds: float) -> None:
    """Its receives are counted: an outage of minutes must not make a dead letter of it."""
    put_off = PutOffs()
    batches(Handler(NACK), put_off).handle([events.sqs(TEXT, received=received)], Invocation())
    assert [asked for _, _, asked in put_off.asked] == [seconds]


def test_nothing_can_be_put_off_without_a_client() -> None:
    handler = Handler()
    batches(handler).handle([events.sqs(TEXT)], Invocation())
    assert not handler.deliveries[0].can_defer


def test_a_receive_count_tells_of_an_earlier_holder() -> None:
    handler = Handler()
    batches(handler).handle([events.sqs(TEXT, received=2, sent_at=0.0), events.sqs(TEXT, sent_at=0.0)], Invocation())
    assert [(one.received, one.maybe_died) for one in handler.deliveries] == [(2, True), (1, False)]


@pytest.mark.parametrize("service", ["kinesis", "sns"])
def test_where_nobody_counts_age_and_memory_tell_of_an_earlier_holder(service: str) -> None:
    handler = Handler()
    one = batches(handler)
    maker = {"kinesis": events.kinesis, "sns": events.sns}[service]
    one.handle([maker(TEXT, "1", NOW - 1.0), maker(TEXT, "2", NOW - 6.0)], Invocation())
    one.handle([maker(TEXT, "1", NOW - 1.0)], Invocation())
    assert [one.maybe_died for one in handler.deliveries] == [False, True, True]
    assert isinstance(handler.deliveries[0].message, Instance)
