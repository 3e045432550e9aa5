"""AWS's own library (Powertools for AWS Lambda) reads the same from every record, and answers a batch alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, Final, cast

import pytest
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,  # pyright: ignore[reportUnknownVariableType]  # its parameters have no types
)
from aws_lambda_powertools.utilities.data_classes import (
    DynamoDBStreamEvent,
    KinesisStreamEvent,
    SNSEvent,
    SQSEvent,
)

from fsm_adapters._wire.message import encode
from fsm_adapters.aws_lambda.batch import Batches
from fsm_adapters.aws_lambda.records import Read, Record, read, service_of
from fsm_adapters.dynamodb.items import EMIT, item_of
from fsm_adapters.dynamodb.stream_images import message_in
from fsm_adapters.system.clock import VirtualClock
from fsm_ports import ACK, NACK, Delivery, Instance, Message, Outcome, Status
from fsm_ports.event_handler import EventHandler
from tests.unit.fsm_adapters.aws_lambda import events

RUNNING: Final = Instance(
    "orders", "o-1", "d", 3, Status.RUNNING, False, "pack", "done", "{}", run_id="r", updated_at=9.5
)
MESSAGES: Final = (
    RUNNING,
    RUNNING._replace(context=json.dumps({"name": "Žluťoučký kůň", "emoji": "🐎", "n": [1, 2.5, None, True]})),
    RUNNING._replace(context=None),
    RUNNING._replace(context='{"quoted": "\\"Notification\\""}', data='"x"', retries=2, position="p", not_before=12.25),
)
SENT_AT: Final = 1_700_000_000.123


def ours(record: Record) -> Read:
    service = service_of(record)
    assert service is not None
    found = read(service, record, message_in)
    assert found is not None
    return found


@pytest.mark.parametrize("message", MESSAGES)
def test_a_record_of_sqs(message: Message) -> None:
    record = events.sqs(encode(message), received=4, sent_at=SENT_AT)
    (theirs,) = SQSEvent({"Records": [record]}).records
    mine = ours(record)
    assert mine.message == message
    assert encode(mine.message) == theirs.body
    assert (mine.identifier, mine.receipt_handle) == (theirs.message_id, theirs.receipt_handle)
    assert (mine.source_arn, mine.received) == (
        theirs.event_source_arn,
        int(theirs.attributes.approximate_receive_count),
    )
    assert mine.sent_at == int(theirs.attributes.sent_timestamp) / 1000


@pytest.mark.parametrize("message", MESSAGES)
def test_a_notification_of_sns_in_a_record_of_sqs(message: Message) -> None:
    text = encode(message)
    record = events.sqs(json.dumps({"Type": "Notification", "MessageId": "n", "TopicArn": "t", "Message": text}))
    (theirs,) = SQSEvent({"Records": [record]}).records
    assert encode(ours(record).message) == theirs.decoded_nested_sns_event.message == text


@pytest.mark.parametrize("message", MESSAGES)
def test_a_record_of_kinesis(message: Message) -> None:
    record = events.kinesis(encode(message), at=SENT_AT)
    (theirs,) = KinesisStreamEvent({"Records": [record]}).records
    mine = ours(record)
    assert mine.message == message
    assert encode(mine.message) == theirs.kinesis.data_as_text()
    assert (mine.identifier, mine.sent_at) == (theirs.kinesis.sequence_number, SENT_AT)
    assert mine.source_arn == theirs.event_source_arn


@pytest.mark.parametrize("message", MESSAGES)
def test_a_record_of_sns(message: Message) -> None:
    record = events.sns(encode(message), sent_at=SENT_AT)
    (theirs,) = SNSEvent({"Records": [record]}).records
    mine = ours(record)
    assert mine.message == message
    assert encode(mine.message) == theirs.sns.message
    assert (mine.identifier, mine.source_arn) == (theirs.sns.message_id, theirs.sns.topic_arn)
    assert mine.sent_at == pytest.approx(SENT_AT, abs=0.001)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_record_of_a_stream_table(message: Message) -> None:
    image: dict[str, object] = {
        "payload": {"S": encode(message)},
        "timestamp": {"N": "1700000000"},
        "gone": {"NULL": True},
    }
    record = events.dynamodb(image, at=SENT_AT)
    (theirs,) = DynamoDBStreamEvent({"Records": [record]}).records
    mine = ours(record)
    assert theirs.dynamodb is not None
    assert mine.message == message
    assert encode(mine.message) == (theirs.dynamodb.new_image or {})["payload"]
    assert mine.identifier == theirs.dynamodb.sequence_number
    assert mine.sent_at == SENT_AT


def test_a_record_of_a_checkpoint_table() -> None:
    """Each attribute that both read has one value."""
    image = {**item_of(RUNNING), EMIT: {"S": "fresh"}}
    record = events.dynamodb(cast("dict[str, object]", image))
    (theirs,) = DynamoDBStreamEvent({"Records": [record]}).records
    assert theirs.dynamodb is not None
    found, mine = theirs.dynamodb.new_image or {}, ours(record).message
    assert isinstance(mine, Instance)
    for name in ("correlation_id", "machine", "state", "event", "context", "step", "run_id", "updated_at"):
        value = getattr(mine, name)
        assert found[name] == value if isinstance(value, str) else float(found[name]) == value, name


def test_a_removal_is_no_message() -> None:
    record = events.dynamodb(None)
    (theirs,) = DynamoDBStreamEvent({"Records": [record]}).records
    assert theirs.dynamodb is not None
    assert not theirs.dynamodb.new_image
    service = service_of(record)
    assert service is not None
    assert read(service, record, message_in) is None


class Answers(EventHandler):
    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self._outcomes = outcomes

    def handle(self, deliveries: Sequence[Delivery], deadline: float) -> Sequence[Outcome]:
        return self._outcomes


class Invocation:
    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def of_dynamodb(text: str, number: str) -> Record:
    return events.dynamodb({"payload": {"S": text}}, number)


KINDS: Final[Mapping[str, tuple[EventType, Callable[[str, str], Record], Callable[[Any], str]]]] = {
    # Any: a record in one of Powertools' classes
    "sqs": (EventType.SQS, events.sqs, lambda record: str(record.message_id)),
    "kinesis": (EventType.KinesisDataStreams, events.kinesis, lambda record: str(record.kinesis.sequence_number)),
    "dynamodb": (EventType.DynamoDBStreams, of_dynamodb, lambda record: str(record.dynamodb.sequence_number)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("failing", list(product((False, True), repeat=3)))
def test_a_batch_is_answered_alike(kind: str, failing: tuple[bool, ...]) -> None:
    event_type, made, name_of = KINDS[kind]
    names = [str(number) for number in range(100, 103)]
    records = [made(encode(RUNNING._replace(correlation_id=name)), name) for name in names]
    doomed = {name for name, fails in zip(names, failing, strict=True) if fails}

    def handle(record: object) -> None:
        if name_of(record) in doomed:
            raise TimeoutError

    theirs = process_partial_response(
        event={"Records": records},
        record_handler=handle,
        processor=BatchProcessor(event_type, raise_on_entire_batch_failure=False),
    )
    handler = Answers([NACK if fails else ACK for fails in failing])
    mine = Batches(handler, VirtualClock(1001.0), message_in).handle(records, Invocation())
    assert dict(mine) == dict(theirs)


def test_a_failure_in_a_fifo_queue_fails_no_other_message() -> None:
    """Powertools gives up the rest of a FIFO batch to keep its order; here the step that a message bears keeps it."""
    records = [events.sqs(encode(RUNNING), name) for name in ("a", "b", "c")]
    mine = Batches(Answers([NACK, ACK, ACK]), VirtualClock(1001.0), message_in).handle(records, Invocation())
    assert mine == {"batchItemFailures": [{"itemIdentifier": "a"}]}
