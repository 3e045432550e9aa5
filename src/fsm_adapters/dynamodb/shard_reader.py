"""The stream of a DynamoDB table, read shard by shard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from fsm_adapters._aws.errors import ask, code_of
from fsm_adapters._shards.iterators import Fetched, IteratorEnded, IteratorReader, PlaceLost
from fsm_adapters._shards.reader import Record, Shard
from fsm_adapters.dynamodb.stream_images import message_in
from fsm_ports import PortError

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.client import DynamoDBStreamsClient
    from mypy_boto3_dynamodbstreams.type_defs import (
        DescribeStreamInputTypeDef,
        GetRecordsOutputTypeDef,
        GetShardIteratorInputTypeDef,
        GetShardIteratorOutputTypeDef,
        ListStreamsInputTypeDef,
        RecordTypeDef,
        ShardTypeDef,
        StreamTypeDef,
    )

MOST_RECORDS: Final = 1_000
"""Records that one GetRecords gives."""


class DynamoShardReader(IteratorReader):
    """The shards of all streams that a table has had in the last day: one that was turned off is read to its end.

    `table` is its name or its ARN.
    """

    def __init__(self, client: Callable[[], DynamoDBStreamsClient], table: str, *, source: str) -> None:
        self._client, self._table = client, table.rpartition("/")[2]
        super().__init__(f"dynamodb:{self._table}", source)
        self._streams: dict[str, str] = {}  # by shard, the ARN of its stream

    def shards(self) -> Sequence[Shard] | PortError:
        streams = self._list()
        if isinstance(streams, PortError):
            return streams
        found: dict[str, str] = {}
        shards: list[Shard] = []
        for stream in streams:
            arn = stream.get("StreamArn", "")
            described = self._describe(arn)
            if isinstance(described, PortError):
                return described
            for shard in described:
                name, parent = shard.get("ShardId", ""), shard.get("ParentShardId")
                found[name] = arn
                shards.append(Shard(name, (parent,) if parent else ()))
        self._streams = found
        return shards

    def open_iterator(self, shard: str, after: str | None) -> str | PortError:
        request: GetShardIteratorInputTypeDef = {
            "StreamArn": self._streams.get(shard, ""),
            "ShardId": shard,
            "ShardIteratorType": "TRIM_HORIZON" if after is None else "AFTER_SEQUENCE_NUMBER",
        }
        if after is not None:
            request["SequenceNumber"] = after
        answer = ask(self._source, lambda: self._ask_iterator(request), "ShardIterator")
        return answer if isinstance(answer, PortError) else answer["ShardIterator"]

    def fetch(self, shard: str, iterator: str, limit: int) -> Fetched | PortError:
        answer = ask(self._source, lambda: self._fetch(iterator, min(limit, MOST_RECORDS)), "Records")
        if isinstance(answer, PortError):
            return answer
        return Fetched([_record(found) for found in answer["Records"]], answer.get("NextShardIterator") or None)

    def _list(self) -> Sequence[StreamTypeDef] | PortError:
        request: ListStreamsInputTypeDef = {"TableName": self._table}
        found: list[StreamTypeDef] = []
        while True:
            answer = ask(self._source, lambda: self._client().list_streams(**request), "Streams")
            if isinstance(answer, PortError):
                return answer
            found += answer["Streams"]
            last = answer.get("LastEvaluatedStreamArn")
            if not last:
                return found
            request["ExclusiveStartStreamArn"] = last

    def _describe(self, arn: str) -> Sequence[ShardTypeDef] | PortError:
        request: DescribeStreamInputTypeDef = {"StreamArn": arn}
        found: list[ShardTypeDef] = []
        while True:
            answer = ask(self._source, lambda: self._client().describe_stream(**request), "StreamDescription")
            if isinstance(answer, PortError):
                return answer
            described = answer["StreamDescription"]
            found += described.get("Shards", [])
            last = described.get("LastEvaluatedShardId")
            if not last:
                return found
            request["ExclusiveStartShardId"] = last

    def _ask_iterator(self, request: GetShardIteratorInputTypeDef) -> GetShardIteratorOutputTypeDef:
        try:
            return self._client().get_shard_iterator(**request)
        except ClientError as error:
            if "SequenceNumber" in request and code_of(error) in _UNKNOWN_NUMBER:
                raise PlaceLost from error
            raise

    def _fetch(self, iterator: str, limit: int) -> GetRecordsOutputTypeDef:
        try:
            return self._client().get_records(ShardIterator=iterator, Limit=limit)
        except ClientError as error:
            code = code_of(error)
            if code == "ExpiredIteratorException":
                raise IteratorEnded from error
            if code == "TrimmedDataAccessException":
                raise PlaceLost from error
            raise


_UNKNOWN_NUMBER: Final = frozenset({"TrimmedDataAccessException", "ValidationException"})


def _record(found: RecordTypeDef) -> Record:
    change = found.get("dynamodb", {})
    made = change.get("ApproximateCreationDateTime")
    return Record(change.get("SequenceNumber", ""), 0.0 if made is None else made.timestamp(), message_in(found))
