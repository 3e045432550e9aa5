"""How each part is made of others.  Plain typed functions: the container only says which goes where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.logged_history import LoggedHistory
from fsm_adapters.system.time_limit import AlarmTimeLimit, ElapsedTimeLimit
from fsm_bootstrap import registry
from fsm_bootstrap.metrics import EveryMetricsSink
from fsm_bootstrap.registry import Port
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_domain.failover.checkpoint_store import PRIMARY_HOME, SECONDARY_HOME, HomedCheckpointStore
from fsm_domain.failover.container_runner import FailoverContainerRunner
from fsm_domain.failover.environment_store import FailoverEnvironmentStore
from fsm_domain.failover.lock_cache import FailoverLockCache
from fsm_domain.failover.post import Post
from fsm_domain.machine.action import Limit
from fsm_domain.runtime.containers import Containers
from fsm_domain.runtime.limits import Limits
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.clock import Clock
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortMisconfigured
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache
from fsm_ports.message_source import MessageSource
from fsm_ports.metrics_sink import MetricsSink
from fsm_ports.retry_scheduler import RetryScheduler

T = TypeVar("T")


class Roads(NamedTuple):
    """Every way a message may take, primaries first."""

    buses: tuple[EventBus, ...]
    schedulers: tuple[RetryScheduler, ...]
    sources: tuple[MessageSource, ...]
    """Where a worker polls: all streams and all retry sources, each once."""
    retries: tuple[MessageSource, ...] = ()
    """Where a timer polls: the retry sources that do not deliver themselves."""


def build_roads(supplies: Supplies) -> Roads:
    """Streams and retry sources; where none of them can hold a message, retries go at once."""
    settings = supplies.settings
    streams = [registry.make(registry.STREAM, settings.stream, supplies, "PRIMARY_STREAM_SOURCE")]
    streams += _chosen(registry.STREAM, supplies, "SECONDARY_STREAM_SOURCE")
    retries = _chosen(registry.RETRY, supplies, "PRIMARY_RETRY_SOURCE", "SECONDARY_RETRY_SOURCE")
    schedulers = [retry.scheduler for retry in retries]
    if settings.primary_retry_source is None:
        schedulers = [stream.scheduler for stream in streams if stream.scheduler is not None] + schedulers
    polled = [stream.source for stream in streams] + [retry.source for retry in retries]
    sources = [source for source in polled if source is not None]
    waiting = [retry.source for retry in retries if retry.source is not None]
    return Roads(
        tuple(_distinct([stream.bus for stream in streams])),
        tuple(schedulers),
        tuple(_distinct(sources)),
        tuple(_distinct(waiting)),
    )


def build_dead_letters(supplies: Supplies) -> tuple[EventBus, ...]:
    """Where nothing is set an embedded stream keeps them itself: what nobody can read must be somewhere."""
    settings = supplies.settings
    if settings.dead_letter_source is None and settings.stream.embedded:
        return (registry.make(registry.DEAD_LETTER, settings.stream, supplies, "PRIMARY_STREAM_SOURCE"),)
    return tuple(_chosen(registry.DEAD_LETTER, supplies, "DEAD_LETTER_SOURCE"))


def build_post(clock: Clock, roads: Roads, dead_letters: Sequence[EventBus], metrics: MetricsSink) -> Post:
    return Post(clock, roads.buses, roads.schedulers, dead_letters, metrics)


def build_homes(settings: Settings) -> tuple[str, ...]:
    """Names of the checkpoint stores in which a new record may live."""
    return (PRIMARY_HOME, SECONDARY_HOME) if settings.has_second_home else (PRIMARY_HOME,)


def build_store(supplies: Supplies) -> CheckpointStore:
    settings = supplies.settings
    primary = registry.make(registry.CHECKPOINT, settings.checkpoint, supplies, "PRIMARY_CHECKPOINT_SOURCE")
    if not settings.has_second_home:
        return primary
    (secondary,) = _chosen(registry.CHECKPOINT, supplies, "SECONDARY_CHECKPOINT_SOURCE")
    return HomedCheckpointStore(primary, secondary)


def build_caches(supplies: Supplies) -> dict[str, LockCache]:
    """Each by the setting that names it, the primary first."""
    chosen = _set(supplies.settings, ("PRIMARY_CACHE_SOURCE", "SECONDARY_CACHE_SOURCE"))
    return {name: registry.make(registry.CACHE, source, supplies, name) for name, source in chosen}


def build_lock(clock: Clock, caches: Mapping[str, LockCache], metrics: MetricsSink) -> LockCache | None:
    distinct = _distinct(list(caches.values()))
    return FailoverLockCache(clock, *distinct, metrics=metrics) if distinct else None


def build_history(supplies: Supplies) -> HistoryLog | None:
    """The log that `PRIMARY_HISTORY_SOURCE` names, else the one that an embedded checkpoint source keeps; a Lambda
    function also writes to its own log what happens."""
    settings = supplies.settings
    kept = _kept_history(supplies)
    return LoggedHistory(kept, payloads=settings.log_payloads) if settings.on_lambda else kept


def _kept_history(supplies: Supplies) -> HistoryLog | None:
    settings = supplies.settings
    if not settings.history:
        return None
    if settings.primary_history_source is not None:
        return _chosen(registry.HISTORY, supplies, "PRIMARY_HISTORY_SOURCE")[0]
    if not settings.checkpoint.embedded:
        return None
    return registry.make(registry.HISTORY, settings.checkpoint, supplies, "PRIMARY_CHECKPOINT_SOURCE")


def build_limit(clock: Clock) -> Limit:
    """An alarm tells no virtual time."""
    return AlarmTimeLimit(clock) if isinstance(clock, SystemClock) else ElapsedTimeLimit(clock)


def build_metrics(supplies: Supplies) -> MetricsSink:
    """Every sink that is set gets everything."""
    sinks = _chosen(registry.METRICS, supplies, "PRIMARY_METRICS_SOURCE", "SECONDARY_METRICS_SOURCE")
    return EveryMetricsSink(_distinct(sinks))


def build_environments(supplies: Supplies, metrics: MetricsSink) -> EnvironmentStore | None:
    names = "PRIMARY_ENVIRONMENT_SOURCE", "SECONDARY_ENVIRONMENT_SOURCE"
    stores = _distinct(_chosen(registry.ENVIRONMENT, supplies, *names))
    return FailoverEnvironmentStore(supplies.clock, *stores, metrics=metrics) if stores else None


def build_containers(
    supplies: Supplies, environments: EnvironmentStore | None, metrics: MetricsSink
) -> Containers | None:
    names = "PRIMARY_CONTAINER_SOURCE", "SECONDARY_CONTAINER_SOURCE"
    runners = _distinct(_chosen(registry.CONTAINER, supplies, *names))
    if not runners:
        return None
    runner = FailoverContainerRunner(supplies.clock, *runners, metrics=metrics)
    return Containers(supplies.clock, runner, environments, _passed_on(supplies.settings))


def _passed_on(settings: Settings) -> dict[str, str]:
    """What a container needs to report: where the records and messages are.  Nothing that tells of metrics or locks."""
    ports = ("stream", "retry", "checkpoint", "environment")
    names = [f"{rank}_{port}_source" for port in ports for rank in ("primary", "secondary")]
    chosen = {name: getattr(settings, name) for name in [*names, "primary_history_source", "dead_letter_source"]}
    chosen |= {"primary_stream_source": settings.stream, "primary_checkpoint_source": settings.checkpoint}
    return {name.upper(): str(source.anchored) for name, source in chosen.items() if source is not None}


def build_limits(settings: Settings, store: CheckpointStore) -> Limits:
    """Raises:
    PortMisconfigured: chaining over a store that delivers every commit at once and cannot hold one back.
    """
    if settings.chain > 1 and store.emits and not store.can_hold:
        raise PortMisconfigured(
            f"MAX_CHAINED_TRANSITIONS={settings.chain}: {settings.checkpoint} delivers every commit at once and cannot "
            "hold one back; set it to 1, or use a stream source other than the checkpoint source"
        )
    return Limits(chain=settings.chain, adopt=settings.adopt_in_flight)


def _chosen(port: Port[T], supplies: Supplies, *variables: str) -> list[T]:
    """What each of these settings names, where it is set."""
    return [registry.make(port, source, supplies, name) for name, source in _set(supplies.settings, variables)]


def _set(settings: Settings, variables: Sequence[str]) -> Iterator[tuple[str, Source]]:
    for name in variables:
        source = getattr(settings, name.lower())
        if source is not None:
            yield name, source


def _distinct(parts: Sequence[T]) -> list[T]:
    """In order, each once: primary and secondary, or stream and retry source, may be one object."""
    return list({id(part): part for part in parts}.values())
