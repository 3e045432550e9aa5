"""``arn:aws:dynamodb:...``: a table; which keys it needs depends on what it is for.

What serves a port is imported for that port: a function that keeps records here loads nothing of streams and locks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fsm_bootstrap.aws import attempts, clients
from fsm_bootstrap.lazy_source import LazySource
from fsm_bootstrap.offers import Retry, Stream
from fsm_bootstrap.positions import positions as chosen_positions
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortMisconfigured
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache
from fsm_ports.message_source import MessageSource

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from fsm_adapters._shards.positions import ShardPositions
    from fsm_adapters.dynamodb.stream_source import DynamoStreamSource


def stream(source: Source, supplies: Supplies) -> Stream:
    """The records themselves where they all live in this table; else a table of messages."""
    return Stream(_bus(source, supplies), _stream_source(source, supplies))


def retry(source: Source, supplies: Supplies) -> Retry:
    from fsm_adapters.dynamodb.retry_scheduler import DynamoRetryScheduler
    from fsm_adapters.dynamodb.retry_source import DynamoRetrySource

    client = clients(source, supplies).dynamodb(source.region, attempts("retry", supplies))
    shards = supplies.settings.retry_shards
    scheduler = DynamoRetryScheduler(
        client, source, source=source, clock=supplies.clock, random=supplies.random, shards=shards
    )
    due = DynamoRetrySource(
        client,
        source,
        source=source,
        clock=supplies.clock,
        random=supplies.random,
        owner=supplies.random.id(),
        shards=shards,
    )
    return Retry(scheduler, due)


def checkpoint(source: Source, supplies: Supplies) -> CheckpointStore:
    """A replica that the settings name as secondary takes over whole: it is the same register."""
    from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore

    settings = supplies.settings
    replica = settings.secondary_checkpoint_source
    replicas = (
        [replica] if replica is not None and source == settings.checkpoint and _is_replica(replica, source) else []
    )
    return DynamoCheckpointStore(
        _writer(source, supplies),
        source.name if replicas else source,  # a table's ARN means nothing in another region
        source=source,
        clock=supplies.clock,
        random=supplies.random,
        emits=_emits(source, supplies),
        replicas=[_writer(other, supplies) for other in replicas],
    )


def cache(source: Source, supplies: Supplies) -> LockCache:
    from fsm_adapters.dynamodb.lock_cache import DynamoLockCache

    client = clients(source, supplies).dynamodb(source.region, attempts("cache", supplies))
    return DynamoLockCache(client, source, source=source, clock=supplies.clock)


def environment(source: Source, supplies: Supplies) -> EnvironmentStore:
    from fsm_adapters.dynamodb.environment_store import DynamoEnvironmentStore

    client = clients(source, supplies).dynamodb(source.region, attempts("environment", supplies))
    return DynamoEnvironmentStore(client, source, source=source, clock=supplies.clock)


def history(source: Source, supplies: Supplies) -> HistoryLog:
    from fsm_adapters.dynamodb.history_log import DynamoHistoryLog

    client = clients(source, supplies).dynamodb(source.region, attempts=2)
    return DynamoHistoryLog(client, source, source=source)


def dead_letter(source: Source, supplies: Supplies) -> EventBus:
    from fsm_adapters.dynamodb.event_bus import DynamoEventBus

    client = clients(source, supplies).dynamodb(source.region, attempts=2)
    return DynamoEventBus(client, source, source=source, clock=supplies.clock, random=supplies.random)


def positions(source: Source, supplies: Supplies) -> ShardPositions:
    from fsm_adapters.dynamodb.shard_positions import DynamoShardPositions

    client = clients(source, supplies).dynamodb(source.region, attempts=2)
    return DynamoShardPositions(client, source, source=source, clock=supplies.clock)


def _bus(source: Source, supplies: Supplies) -> EventBus:
    from fsm_adapters.dynamodb.event_bus import DynamoEventBus
    from fsm_adapters.dynamodb.record_bus import DynamoRecordBus

    settings = supplies.settings
    client = clients(source, supplies).dynamodb(source.region, attempts("stream", supplies))
    if source.register != settings.checkpoint.register:
        return DynamoEventBus(client, source, source=source, clock=supplies.clock, random=supplies.random)
    if settings.has_second_home:
        raise PortMisconfigured(
            "is PRIMARY_CHECKPOINT_SOURCE as well, and records may also live in SECONDARY_CHECKPOINT_SOURCE, whose "
            "messages this table cannot carry: name a table of messages, or a queue"
        )
    return DynamoRecordBus(client, source, source=source, clock=supplies.clock, random=supplies.random)


def _emits(source: Source, supplies: Supplies) -> bool:
    """The table's own stream carries what is committed to it."""
    settings = supplies.settings
    return not settings.has_second_home and settings.stream.register == source.register


def _is_replica(other: Source, source: Source) -> bool:
    return other.register == source.register and other != source


def _writer(source: Source, supplies: Supplies) -> Callable[[], DynamoDBClient]:
    """Sends twice: no other store takes over, and a repeated write is known by its own run id."""
    return clients(source, supplies).dynamodb(source.region, attempts=2)


def _stream_source(source: Source, supplies: Supplies) -> MessageSource | None:
    if supplies.settings.on_lambda:
        return None
    return supplies.shared(LazySource, source, lambda: LazySource(lambda: _polled(source, supplies)))


def _polled(source: Source, supplies: Supplies) -> DynamoStreamSource:
    from fsm_adapters.dynamodb.stream_source import DynamoStreamSource

    return DynamoStreamSource(
        clients(source, supplies).dynamodbstreams(source.region, attempts=2),
        source,
        source=source,
        positions=chosen_positions(supplies),
        clock=supplies.clock,
        random=supplies.random,
    )
