"""What each service is asked for, and what it counts: the rules of the adapters beside those of the bill.

How many items go in a call is taken from the adapters themselves; a test compares the calls with those that the real
adapters make.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fsm_bootstrap.cost.ledger import KB, Ledger, pieces

_QUEUE_BATCH: Final = 10
_QUEUE_BYTES: Final = {"sqs": 1024 * KB, "sns": 256 * KB}
_STREAM_BATCH, _STREAM_BYTES = 500, 5 * 1024 * KB
_TABLE_BATCH: Final = 25
_GET_BATCH: Final = 100
_CHUNK: Final = 64 * KB
_PUT_UNIT: Final = 25 * KB
_SERVERS: Final = ("redis", "rediss", "memcached", "elasticache")
_FREE: Final = frozenset({"memory", "sqlite", *_SERVERS})
"""Paid by the hour, or not at all."""


def known(kind: str) -> bool:
    """The prices say what this kind of source costs."""
    return kind in _FREE or kind in ("sqs", "sns", "kinesis", "dynamodb", "cloudwatch", "emf", "log")


def send(ledger: Ledger, kind: str, sizes: Sequence[int]) -> None:
    """Messages of these sizes onto a bus."""
    match kind:
        case "sqs" | "sns":
            operation = "sqs.SendMessageBatch" if kind == "sqs" else "sns.PublishBatch"
            for part in _parts(sizes, _QUEUE_BATCH, _QUEUE_BYTES[kind]):
                ledger.call(operation)
                ledger.bill("sqs.request" if kind == "sqs" else "sns.publish", pieces(sum(part), _CHUNK))
        case "kinesis":
            put_records(ledger, sizes)
        case "dynamodb":
            write_batch(ledger, sizes)
        case _:
            ledger.call(f"{kind}.send")


def receive(ledger: Ledger, kind: str, sizes: Sequence[int]) -> None:
    """A batch of messages, handed out and told to be done; Lambda reads streams and tables without a charge.

    A topic's messages come through a queue.
    """
    if kind in ("sqs", "sns"):
        ledger.poll("sqs.ReceiveMessage")
        ledger.bill("sqs.request", pieces(sum(sizes), _CHUNK))
        ledger.poll("sqs.DeleteMessageBatch")
        ledger.bill("sqs.request", 1)


def put_records(ledger: Ledger, sizes: Sequence[int]) -> None:
    """Records of a Kinesis stream."""
    for part in _parts(sizes, _STREAM_BATCH, _STREAM_BYTES):
        ledger.call("kinesis.PutRecords")
        ledger.bill("kinesis.put_unit", sum(pieces(size, _PUT_UNIT) for size in part))


def write_batch(ledger: Ledger, sizes: Sequence[int], indexed: int = 0) -> None:
    """Items of a table, put together; `indexed`: so many further writes of each in indexes that hold all of it."""
    for part in _parts(sizes, _TABLE_BATCH, 16 * 1024 * KB):
        ledger.call("dynamodb.BatchWriteItem")
        ledger.bill("dynamodb.write_unit", sum(pieces(size, KB) for size in part) * (1 + indexed))


def update(ledger: Ledger, size: int, index_writes: int = 0) -> None:
    """One item, changed under a condition; the writes to an index of keys are of one unit each."""
    ledger.call("dynamodb.UpdateItem")
    ledger.bill("dynamodb.write_unit", pieces(size, KB) + index_writes)


def read(ledger: Ledger, sizes: Sequence[int]) -> None:
    """Items of a table, by their keys."""
    for part in _parts(sizes, _GET_BATCH, 16 * 1024 * KB):
        ledger.call("dynamodb.BatchGetItem")
        ledger.bill("dynamodb.read_unit", sum(pieces(size, 4 * KB) for size in part))


def settle_retries(ledger: Ledger, sizes: Sequence[int]) -> None:
    """Entries of a retry table that have become due: each is claimed, and deleted; its index holds all of it."""
    for size in sizes:
        units = pieces(size, KB)
        ledger.poll("dynamodb.UpdateItem")
        ledger.poll("dynamodb.DeleteItem")
        # The claim moves the entry in its index: a delete and a put there.
        ledger.bill("dynamodb.write_unit", 3 * units + 2 * units)


def lease(ledger: Ledger, kind: str, keys: int) -> None:
    """Leases taken or given back."""
    if kind == "dynamodb":
        for _ in range(keys):
            update(ledger, 1)
    elif kind in ("memcached", "elasticache"):
        ledger.call(f"{kind}.add", keys)
    else:
        ledger.call(f"{kind}.EVALSHA")


def flush_metrics(ledger: Ledger, kind: str) -> None:
    """The metrics of one invocation."""
    if kind == "cloudwatch":
        ledger.call("cloudwatch.PutMetricData")
        ledger.bill("cloudwatch.put", 1)


def invoke(ledger: Ledger, memory_mb: int, milliseconds: float) -> None:
    """One invocation of the function; its time is billed in thousandths of what is counted here as one unit."""
    ledger.poll("lambda.Invoke")
    ledger.bill("lambda.request", 1)
    ledger.bill("lambda.mb_ms", round(memory_mb * milliseconds))


def _parts(sizes: Sequence[int], most: int, most_bytes: int) -> Iterator[list[int]]:
    """As many together as a call takes."""
    part: list[int] = []
    for size in sizes:
        if part and (len(part) == most or sum(part) + size > most_bytes):
            yield part
            part = []
        part.append(size)
    if part:
        yield part
