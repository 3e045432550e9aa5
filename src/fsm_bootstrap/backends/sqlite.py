"""``sqlite:///path``: one file, which any number of processes may share."""

from __future__ import annotations

from fsm_adapters._shards.positions import ShardPositions
from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.environment_store import SqliteEnvironmentStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.sqlite.lock_cache import SqliteLockCache
from fsm_adapters.sqlite.queue import SqliteQueue
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.sqlite.shard_positions import SqliteShardPositions
from fsm_bootstrap.offers import Retry, Stream
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache

_MESSAGES, _DEAD_LETTERS = "messages", "dead-letters"


def stream(source: Source, supplies: Supplies) -> Stream:
    """The records themselves where they live in this file; else a queue, which carries messages of other stores."""
    road = _road(source, supplies)
    return Stream(road, road, road)


def retry(source: Source, supplies: Supplies) -> Retry:
    road = _road(source, supplies)
    return Retry(road, road)


def checkpoint(source: Source, supplies: Supplies) -> CheckpointStore:
    return supplies.shared(
        SqliteCheckpointStore,
        source.identity,
        lambda: SqliteCheckpointStore(_file(source, supplies), emits=_is_record_bus(source, supplies)),
    )


def cache(source: Source, supplies: Supplies) -> LockCache:
    return SqliteLockCache(_file(source, supplies))


def environment(source: Source, supplies: Supplies) -> EnvironmentStore:
    return SqliteEnvironmentStore(_file(source, supplies))


def history(source: Source, supplies: Supplies) -> HistoryLog:
    return SqliteHistoryLog(_file(source, supplies))


def positions(source: Source, supplies: Supplies) -> ShardPositions:
    return SqliteShardPositions(_file(source, supplies))


def dead_letter(source: Source, supplies: Supplies) -> EventBus:
    return SqliteQueue(_file(source, supplies), _DEAD_LETTERS)


def _road(source: Source, supplies: Supplies) -> SqliteRecordBus | SqliteQueue:
    file = _file(source, supplies)
    if _is_record_bus(source, supplies):
        return supplies.shared(SqliteRecordBus, source.identity, lambda: SqliteRecordBus(file))
    return supplies.shared(SqliteQueue, source.identity, lambda: SqliteQueue(file, _MESSAGES))


def _is_record_bus(source: Source, supplies: Supplies) -> bool:
    settings = supplies.settings
    return settings.commit_is_emit and source.identity == settings.checkpoint.identity


def _keeps_history(source: Source, settings: Settings) -> bool:
    """The file writes the history of its own records; not where another log, or one for two homes, is to have it."""
    elsewhere = settings.primary_history_source
    here = elsewhere is None or elsewhere.identity == source.identity
    return settings.history and here and not settings.has_second_home


def _file(source: Source, supplies: Supplies) -> SqliteFile:
    settings = supplies.settings
    return supplies.shared(
        SqliteFile,
        source.identity,
        lambda: SqliteFile(
            source.path,
            supplies.clock,
            supplies.random,
            settings.sqlite_synchronous.value,
            history=_keeps_history(source, settings),
        ),
    )
