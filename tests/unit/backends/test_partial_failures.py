"""Entries of a batch that are made to fail do not take effect, the others do, and the answer tells of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pytest
from botocore.client import BaseClient

from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.backends.partial_failures import PartialFailures, at_random, every_third, failing_in_part

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import DeleteMessageBatchRequestEntryTypeDef, MessageTypeDef


class Batch(NamedTuple):
    """A way to put numbers somewhere, in one call."""

    put: Callable[[Sequence[int]], Sequence[str]]
    """The code for each that failed, empty for the others."""
    there: Callable[[], Sequence[int]]


def _queue(backend: Backend) -> Batch:
    sqs = shared_clients(backend).sqs()()
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def put(numbers: Sequence[int]) -> Sequence[str]:
        answer = sqs.send_message_batch(
            QueueUrl=queue, Entries=[{"Id": f"i{n}", "MessageBody": str(n)} for n in numbers]
        )
        told = {done["Id"]: "" for done in answer["Successful"]}
        return [{**told, **{lost["Id"]: lost["Code"] for lost in answer.get("Failed", [])}}[f"i{n}"] for n in numbers]

    def there() -> Sequence[int]:
        return sorted(int(m.get("Body", "")) for m in _received(backend, queue))

    return Batch(put, there)


def _topic(backend: Backend) -> Batch:
    sns, sqs = shared_clients(backend).sns()(), shared_clients(backend).sqs()()
    topic, queue = sns.create_topic(Name="orders")["TopicArn"], sqs.create_queue(QueueName="orders")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

    def put(numbers: Sequence[int]) -> Sequence[str]:
        answer = sns.publish_batch(
            TopicArn=topic, PublishBatchRequestEntries=[{"Id": f"i{n}", "Message": str(n)} for n in numbers]
        )
        told = {done.get("Id", ""): "" for done in answer["Successful"]}
        return [{**told, **{lost["Id"]: lost["Code"] for lost in answer.get("Failed", [])}}[f"i{n}"] for n in numbers]

    def there() -> Sequence[int]:
        return sorted(int(m.get("Body", "")) for m in _received(backend, queue))

    return Batch(put, there)


def _stream(backend: Backend) -> Batch:
    kinesis = shared_clients(backend).kinesis()()
    kinesis.create_stream(StreamName="orders", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="orders", WaiterConfig={"Delay": 1})

    def put(numbers: Sequence[int]) -> Sequence[str]:
        answer = kinesis.put_records(
            StreamName="orders", Records=[{"Data": str(n).encode(), "PartitionKey": "k"} for n in numbers]
        )
        codes = [record.get("ErrorCode", "") for record in answer["Records"]]
        assert answer.get("FailedRecordCount", 0) == len([code for code in codes if code])
        return codes

    def there() -> Sequence[int]:
        shard = kinesis.list_shards(StreamName="orders")["Shards"][0]["ShardId"]
        start = kinesis.get_shard_iterator(StreamName="orders", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        records = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
        return sorted(int(record["Data"]) for record in records)

    return Batch(put, there)


def _table(backend: Backend) -> Batch:
    dynamodb = shared_clients(backend).dynamodb()()
    dynamodb.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "n", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "n", "AttributeType": "N"}],
    )  # fmt: skip

    def put(numbers: Sequence[int]) -> Sequence[str]:
        answer = dynamodb.batch_write_item(
            RequestItems={"orders": [{"PutRequest": {"Item": {"n": {"N": str(n)}}}} for n in numbers]}
        )
        left = [
            item.get("PutRequest", {"Item": {}})["Item"]["n"] for item in answer["UnprocessedItems"].get("orders", [])
        ]
        return ["unprocessed" if {"N": str(n)} in left else "" for n in numbers]

    def there() -> Sequence[int]:
        return sorted(int(item["n"].get("N", "")) for item in dynamodb.scan(TableName="orders")["Items"])

    return Batch(put, there)


_BATCHES = {
    "sqs.SendMessageBatch": _queue,
    "sns.PublishBatch": _topic,
    "kinesis.PutRecords": _stream,
    "dynamodb.BatchWriteItem": _table,
}


@pytest.fixture(params=_BATCHES)
def batch(request: pytest.FixtureRequest, ministack: Backend) -> Batch:
    return _BATCHES[request.param](ministack)


def test_failed_entries_do_not_take_effect_and_the_others_do(batch: Batch, ministack: Backend) -> None:
    with failing_in_part(PartialFailures(every_third, "Odd"), *_all(ministack)) as failures:
        told = batch.put(range(8))
    assert [n for n, code in enumerate(told) if code] == [1, 4, 7]
    assert {code for code in told if code} in ({"Odd"}, {"unprocessed"})
    assert batch.there() == [0, 2, 3, 5, 6]
    assert len(failures.failed) == 3


def test_all_entries_may_fail(batch: Batch, ministack: Backend) -> None:
    with failing_in_part(PartialFailures(range), *_all(ministack)):
        assert all(batch.put(range(3)))
    assert batch.there() == []


def test_without_failures_everything_takes_effect(batch: Batch, ministack: Backend) -> None:
    failures = PartialFailures(range)
    failures.on = False
    with failing_in_part(failures, *_all(ministack)):
        assert not any(batch.put(range(3)))
    assert not any(batch.put([3]))
    assert batch.there() == [0, 1, 2, 3]


def test_messages_whose_deletion_fails_are_still_there(ministack: Backend) -> None:
    batch, sqs = _queue(ministack), shared_clients(ministack).sqs()()
    batch.put(range(4))
    queue = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    received = _received(ministack, queue, visible=0)
    entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
        {"Id": m.get("Body", ""), "ReceiptHandle": m.get("ReceiptHandle", "")} for m in received
    ]
    with failing_in_part(PartialFailures(every_third), sqs):
        answer = sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    (lost,) = answer["Failed"]
    assert (lost["Id"], lost["Code"]) == (entries[1]["Id"], "RequestThrottled")
    assert batch.there() == [int(entries[1]["Id"])]


def test_a_choice_at_random_is_the_same_for_the_same_seed() -> None:
    draws = [[tuple(choice(50)) for _ in range(3)] for choice in (at_random(1, 0.2), at_random(1, 0.2))]
    assert draws[0] == draws[1]
    assert 10 <= sum(map(len, draws[0])) <= 50
    assert len(set(draws[0])) == 3


def _all(backend: Backend) -> Sequence[BaseClient]:
    own = shared_clients(backend)
    return own.sqs()(), own.sns()(), own.kinesis()(), own.dynamodb()()


def _received(backend: Backend, queue: str, visible: int = 60) -> Sequence[MessageTypeDef]:
    """At most 10 messages."""
    sqs = shared_clients(backend).sqs()()
    answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=visible)
    return answer.get("Messages", [])
