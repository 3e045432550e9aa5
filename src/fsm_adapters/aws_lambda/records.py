"""One record of an event source mapping, or of SNS, as a delivery.

Every service has its own shape (AWS Lambda Developer Guide, "Using Lambda with SQS", "... Kinesis", "... DynamoDB
streams", "... SNS"); SNS alone writes ``EventSource`` with a capital E.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple, TypeVar, cast

from fsm_adapters._aws.notifications import unwrapped
from fsm_adapters._wire.message import decode
from fsm_ports.messages import Message, Unreadable

T = TypeVar("T")

Record = Mapping[str, object]
"""As Lambda's JSON has it."""

DecodeImage = Callable[[Record], Message | None]
"""The message in a record of a DynamoDB stream, or None: it is none of ours."""


class Service(Enum):
    """Who invoked the function with records."""

    SQS = "aws:sqs"
    KINESIS = "aws:kinesis"
    DYNAMODB = "aws:dynamodb"
    SNS = "aws:sns"


COUNTS: Final = frozenset({Service.SQS})
"""Services that say how often they delivered a record."""


class Read(NamedTuple):
    """What a record says."""

    service: Service
    message: Message
    identifier: str
    """By which a partial answer names the record: SQS the message id, streams the sequence number."""
    position: str
    sent_at: float
    """Epoch seconds; 0: it does not say."""
    received: int
    """Times delivered; 0: the service does not count."""
    source_arn: str = ""
    receipt_handle: str = ""


def service_of(record: Record) -> Service | None:
    """None: a record of a service that carries no messages here."""
    name = record.get("eventSource", record.get("EventSource"))
    return next((service for service in Service if service.value == name), None)


def read(service: Service, record: Record, decode_image: DecodeImage) -> Read | None:
    """What the record says; None: it carries no message.  One that cannot be read is `Unreadable`.

    Raises:
        KeyError, TypeError, ValueError: it lacks even what a partial answer would name it by.
    """
    try:
        match service:
            case Service.SQS:
                return _of_sqs(record)
            case Service.KINESIS:
                return _of_kinesis(record)
            case Service.DYNAMODB:
                return _of_dynamodb(record, decode_image)
            case Service.SNS:
                return _of_sns(record)
    except OverflowError as error:
        raise ValueError(f"a time that no float holds: {error}") from error


def _of_sqs(record: Record) -> Read:
    name, arn = _text(record, "messageId"), _text(record, "eventSourceARN")
    attributes = _object(record, "attributes")
    return Read(
        Service.SQS, decode(unwrapped(_text(record, "body"))), name, f"sqs:{_resource(arn)}:{name}",
        int(_text(attributes, "SentTimestamp")) / 1000.0, int(_text(attributes, "ApproximateReceiveCount")),
        arn, _text(record, "receiptHandle"),
    )  # fmt: skip


def _of_kinesis(record: Record) -> Read:
    kinesis, arn = _object(record, "kinesis"), _text(record, "eventSourceARN")
    number = _text(kinesis, "sequenceNumber")
    shard = _text(record, "eventID").partition(":")[0]
    arrived = float(cast("float", kinesis.get("approximateArrivalTimestamp") or 0.0))
    message = _guarded(lambda: decode(b64decode(_text(kinesis, "data"), validate=True).decode()), record)
    return Read(Service.KINESIS, message, number, f"kinesis:{_resource(arn)}:{shard}:{number}", arrived, 0, arn)


def _of_dynamodb(record: Record, decode_image: DecodeImage) -> Read | None:
    stream, arn = _object(record, "dynamodb"), _text(record, "eventSourceARN")
    number = _text(stream, "SequenceNumber")
    message = _guarded(lambda: decode_image(record), record)
    if message is None:
        return None
    made = float(cast("float", stream.get("ApproximateCreationDateTime") or 0.0))
    table = _resource(arn).partition("/stream/")[0].removeprefix("table/")
    return Read(Service.DYNAMODB, message, number, f"dynamodb:{table}:{number}", made, 0, arn)


def _of_sns(record: Record) -> Read:
    notice = _object(record, "Sns")
    name, topic = _text(notice, "MessageId"), _text(notice, "TopicArn")
    sent_at = datetime.fromisoformat(_text(notice, "Timestamp")).timestamp()
    message = decode(_text(notice, "Message"))
    return Read(Service.SNS, message, name, f"sns:{_resource(topic)}:{name}", sent_at, 0, topic)


def _guarded(read: Callable[[], T], record: Record) -> T | Unreadable:
    """A message that cannot be read stays whole: a dead-letter source can hold it."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        return Unreadable(json.dumps(record, default=str), f"a record that cannot be read: {error!r}")


def _resource(arn: str) -> str:
    """The last part of an ARN: the name of a queue, stream, table or topic."""
    return arn.split(":", 5)[-1].removeprefix("stream/")


def _object(record: Record, name: str) -> Record:
    found = record[name]
    if not isinstance(found, Mapping):
        raise TypeError(f"{name} is no object")
    return cast("Record", found)


def _text(record: Record, name: str) -> str:
    found = record[name]
    if not isinstance(found, str):
        raise TypeError(f"{name} is no text")
    return found
