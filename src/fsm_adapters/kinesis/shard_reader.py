"""A Kinesis stream, read shard by shard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from fsm_adapters._aws.errors import ask, code_of
from fsm_adapters._shards.iterators import Fetched, IteratorEnded, IteratorReader, PlaceLost
from fsm_adapters._shards.reader import Record, Shard
from fsm_adapters._wire.message import decode
from fsm_adapters.kinesis.data import text_of
from fsm_ports import PortError

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient
    from mypy_boto3_kinesis.literals import ShardIteratorTypeType
    from mypy_boto3_kinesis.type_defs import (
        GetRecordsOutputTypeDef,
        GetShardIteratorInputTypeDef,
        GetShardIteratorOutputTypeDef,
        ListShardsOutputTypeDef,
        ShardTypeDef,
    )

MOST_RECORDS: Final = 10_000
"""Records that one GetRecords gives."""


class KinesisShardReader(IteratorReader):
    """The shards of a stream.  `stream` is its name or its ARN."""

    def __init__(self, client: Callable[[], KinesisClient], stream: str, *, source: str) -> None:
        self._client, self._stream = client, stream_name(stream)
        super().__init__(f"kinesis:{self._stream}", source)

    def shards(self) -> Sequence[Shard] | PortError:
        answer = self.descriptions()
        return answer if isinstance(answer, PortError) else [_shard(found) for found in answer]

    def descriptions(self) -> Sequence[ShardTypeDef] | PortError:
        """The shards as the service describes them."""
        found: list[ShardTypeDef] = []
        token: str | None = None
        while token is None or token:
            answer = self._list(token)
            if isinstance(answer, PortError):
                return answer
            found += answer["Shards"]
            token = answer.get("NextToken") or ""
        return found

    def open_iterator(self, shard: str, after: str | None) -> str | PortError:
        return self._open(shard, "TRIM_HORIZON" if after is None else "AFTER_SEQUENCE_NUMBER", after)

    def open_iterator_at(self, shard: str, number: str) -> str | PortError:
        """An iterator that begins with this record.

        Raises:
            PlaceLost: the stream does not know it.
        """
        return self._open(shard, "AT_SEQUENCE_NUMBER", number)

    def fetch(self, shard: str, iterator: str, limit: int) -> Fetched | PortError:
        answer = ask(self._source, lambda: self._fetch(iterator, min(limit, MOST_RECORDS)), "Records")
        if isinstance(answer, PortError):
            return answer
        records: list[Record] = []
        for record in answer["Records"]:
            arrival = record.get("ApproximateArrivalTimestamp")
            sent_at = 0.0 if arrival is None else arrival.timestamp()
            records.append(Record(record["SequenceNumber"], sent_at, decode(text_of(record["Data"]))))
        return Fetched(records, answer.get("NextShardIterator") or None, answer.get("MillisBehindLatest") == 0)

    def _list(self, token: str | None) -> ListShardsOutputTypeDef | PortError:
        if token:  # stands for the stream too, whose name must not be sent beside it
            return ask(self._source, lambda: self._client().list_shards(NextToken=token), "Shards")
        return ask(self._source, lambda: self._client().list_shards(StreamName=self._stream), "Shards")

    def _open(self, shard: str, kind: ShardIteratorTypeType, number: str | None) -> str | PortError:
        request: GetShardIteratorInputTypeDef = {
            "StreamName": self._stream, "ShardId": shard, "ShardIteratorType": kind,
        }  # fmt: skip
        if number is not None:
            request["StartingSequenceNumber"] = number
        answer = ask(self._source, lambda: self._ask_iterator(request), "ShardIterator")
        return answer if isinstance(answer, PortError) else answer["ShardIterator"]

    def _ask_iterator(self, request: GetShardIteratorInputTypeDef) -> GetShardIteratorOutputTypeDef:
        try:
            return self._client().get_shard_iterator(**request)
        except ClientError as error:
            # A number of another stream of this name, or one that is none: nothing else can be wrong with the request.
            code = code_of(error)
            if "StartingSequenceNumber" in request and code in {"InvalidArgumentException", "ValidationException"}:
                raise PlaceLost from error
            raise

    def _fetch(self, iterator: str, limit: int) -> GetRecordsOutputTypeDef:
        try:
            return self._client().get_records(ShardIterator=iterator, Limit=limit)
        except ClientError as error:
            if code_of(error) == "ExpiredIteratorException":
                raise IteratorEnded from error
            raise


def stream_name(stream: str) -> str:
    """The name in the ARN of a stream; a name as it is."""
    return stream.rpartition("/")[2]


def _shard(found: ShardTypeDef) -> Shard:
    named = (found.get("ParentShardId"), found.get("AdjacentParentShardId"))
    return Shard(found["ShardId"], tuple(parent for parent in named if parent))
