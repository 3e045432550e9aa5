"""Events as AWS Lambda hands them over (shapes of the Lambda Developer Guide)."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

from fsm_adapters.aws_lambda.records import Record

ACCOUNT = "us-east-1:123456789012"


def sqs(body: str, name: str = "m-1", received: int = 1, sent_at: float = 1000.0) -> Record:
    return {
        "messageId": name,
        "receiptHandle": f"handle-of-{name}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(received),
            "SentTimestamp": str(int(sent_at * 1000)),
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": str(int(sent_at * 1000)),
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{ACCOUNT}:orders",
        "awsRegion": "us-east-1",
    }


def kinesis(
    text: str, number: str = "49590338271490256608559692538361571095921575989136588898", at: float = 1000.0
) -> Record:
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "o-1",
            "sequenceNumber": number,
            "data": b64encode(text.encode()).decode(),
            "approximateArrivalTimestamp": at,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000006:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "us-east-1",
        "eventSourceARN": f"arn:aws:kinesis:{ACCOUNT}:stream/orders",
    }


def dynamodb(
    image: dict[str, object] | None, number: str = "4421584500000000017450439091", at: float = 1000.0
) -> Record:
    change: dict[str, object] = {
        "ApproximateCreationDateTime": at,
        "Keys": {"correlation_id": {"S": "o-1"}},
        "SequenceNumber": number,
        "SizeBytes": 100,
        "StreamViewType": "NEW_IMAGE",
    }
    if image is not None:
        change["NewImage"] = image
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "MODIFY" if image is not None else "REMOVE",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": change,
        "eventSourceARN": f"arn:aws:dynamodb:{ACCOUNT}:table/orders/stream/2026-11-23T00:00:00.000",
    }


def sns(text: str, name: str = "n-1", sent_at: float = 1000.0) -> Record:
    return {
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"arn:aws:sns:{ACCOUNT}:orders:21be56ed-a058-49f5-8c98-aedd2564c486",
        "EventSource": "aws:sns",
        "Sns": {
            "SignatureVersion": "1",
            "Timestamp": datetime.fromtimestamp(sent_at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "MessageId": name,
            "Message": text,
            "MessageAttributes": {},
            "Type": "Notification",
            "UnsubscribeUrl": "EXAMPLE",
            "TopicArn": f"arn:aws:sns:{ACCOUNT}:orders",
            "Subject": "",
        },
    }
