"""Event bus on a Kinesis stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from fsm_adapters._aws.batches import chunks, in_chunks
from fsm_adapters._aws.errors import ask, refusal
from fsm_adapters._aws.sizes import too_large
from fsm_adapters._wire.message import encode
from fsm_adapters.kinesis.data import partition_key
from fsm_adapters.kinesis.shard_reader import stream_name
from fsm_ports import EventBus, OutcomeUnknown, Outgoing, PortError, PortRejected, Sent

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsOutputTypeDef, PutRecordsRequestEntryTypeDef

CALL_RECORDS: Final = 500
"""Records that one PutRecords takes."""

CALL_BYTES: Final = 5 * 2**20
"""Bytes that one PutRecords takes, partition keys included; streams of larger records take 10 MiB."""

KEY_BYTES: Final = 1024
"""Bytes that the partition key may take of a record."""


class KinesisEventBus(EventBus):
    """Messages as records of one stream; the partition key is the correlation id.

    `stream` is its name or its ARN; `record_bytes` what its largest record may take, as the stream is set up.
    """

    def __init__(
        self, client: Callable[[], KinesisClient], stream: str, *, source: str, record_bytes: int = 2**20
    ) -> None:
        self.max_bytes = record_bytes - KEY_BYTES
        self._call_bytes = max(CALL_BYTES, record_bytes)
        self._client, self._stream, self._source = client, stream_name(stream), source

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        results: list[Sent] = [None] * len(messages)
        entries: list[PutRecordsRequestEntryTypeDef] = []
        sizes: list[int] = []
        numbers: list[int] = []
        for number, outgoing in enumerate(messages):
            data, key = encode(outgoing.message).encode(), partition_key(outgoing.message)
            results[number] = too_large(len(data), self.max_bytes, self._source)
            if results[number] is None:
                entries.append({"Data": data, "PartitionKey": key})
                sizes.append(len(data) + len(key.encode()))
                numbers.append(number)
        answers = in_chunks(
            chunks(sizes, CALL_RECORDS, self._call_bytes),
            len(entries),
            lambda part: self._put([entries[n] for n in part]),
            self._source,
        )
        for number, answer in zip(numbers, answers, strict=True):
            results[number] = answer
        return results

    def _put(self, entries: Sequence[PutRecordsRequestEntryTypeDef]) -> Sequence[Sent]:
        answer = ask(
            self._source,
            lambda: self._client().put_records(StreamName=self._stream, Records=entries),
            "Records", "FailedRecordCount",
        )  # fmt: skip
        if not isinstance(answer, PortError):
            return self._results(answer, len(entries))
        if isinstance(answer, PortRejected) and len(entries) > 1:
            # The service does not say which of them it was.
            singly = [[n] for n in range(len(entries))]
            return in_chunks(singly, len(entries), lambda one: self._put([entries[n] for n in one]), self._source)
        return [answer] * len(entries)

    def _results(self, answer: PutRecordsOutputTypeDef, count: int) -> Sequence[Sent]:
        told = answer["Records"]
        if len(told) != count:
            return [OutcomeUnknown(f"{len(told)} results for {count} records", self._source)] * count
        results: list[Sent] = []
        for record in told:
            code = record.get("ErrorCode")
            results.append(refusal(code, record.get("ErrorMessage", ""), self._source) if code else None)
        return results
