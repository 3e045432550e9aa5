"""Which code serves which kind of source: a table for the built-in adapters, an entry-point group for all others.

A package adds a back end by an entry point in the group ``fsm.adapters``, named ``PORT+KIND`` after the port and the
URL scheme (or the service of the ARN), that leads to a factory ``(source: Source, supplies: Supplies) -> made``, where
`made` is what `PORTS` says of that port::

    [project.entry-points."fsm.adapters"]
    "stream+dir" = "my_package.fsm:stream"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, Generic, TypeVar

from fsm_adapters._shards.positions import ShardPositions
from fsm_adapters.chaos.chaos import Chaos
from fsm_adapters.chaos.checkpoint_store import ChaosCheckpointStore
from fsm_adapters.chaos.container_runner import ChaosContainerRunner
from fsm_adapters.chaos.environment_store import ChaosEnvironmentStore
from fsm_adapters.chaos.event_bus import ChaosEventBus
from fsm_adapters.chaos.history_log import ChaosHistoryLog
from fsm_adapters.chaos.lock_cache import ChaosLockCache
from fsm_bootstrap.offers import Retry, Stream
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.container_runner import ContainerRunner
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortMisconfigured
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache
from fsm_ports.metrics_sink import MetricsSink

T = TypeVar("T")

__all__ = ["BUILT_IN", "GROUP", "PORTS", "Port", "Retry", "Stream", "make", "missing"]

GROUP: Final = "fsm.adapters"


@dataclass(frozen=True)
class Port(Generic[T]):
    """One port that settings choose a back end for; `T` is what its factories make."""

    name: str
    faulty: Callable[[T, Chaos], T]
    """The same with faults on purpose."""


STREAM: Final = Port[Stream]("stream", Stream.faulty)
RETRY: Final = Port[Retry]("retry", Retry.faulty)
CHECKPOINT: Final = Port[CheckpointStore]("checkpoint", ChaosCheckpointStore)
CACHE: Final = Port[LockCache]("cache", ChaosLockCache)
ENVIRONMENT: Final = Port[EnvironmentStore]("environment", ChaosEnvironmentStore)
METRICS: Final = Port[MetricsSink]("metrics", lambda metrics, _: metrics)
CONTAINER: Final = Port[ContainerRunner]("container", ChaosContainerRunner)
HISTORY: Final = Port[HistoryLog]("history", ChaosHistoryLog)
DEAD_LETTER: Final = Port[EventBus]("dead_letter", ChaosEventBus)
POSITIONS: Final = Port[ShardPositions]("positions", lambda positions, _: positions)

PORTS: Final = (STREAM, RETRY, CHECKPOINT, CACHE, ENVIRONMENT, METRICS, CONTAINER, HISTORY, DEAD_LETTER, POSITIONS)

# Zips that are stripped of their metadata lose entry points: hence a table for what this distribution itself brings.
_SERVES: Final[Mapping[str, tuple[str, str]]] = {
    # kind of source: the module in fsm_bootstrap.backends, and the ports for which it has a factory of that name
    "memory": ("memory", "stream retry checkpoint cache environment metrics container history dead_letter positions"),
    "sqlite": ("sqlite", "stream retry checkpoint cache environment history dead_letter positions"),
    "log": ("log", "metrics"),
    "sqs": ("sqs", "stream retry dead_letter"),
    "sns": ("sns", "stream retry dead_letter"),
    "kinesis": ("kinesis", "stream retry history dead_letter"),
    "dynamodb": ("dynamodb", "stream retry checkpoint cache environment history dead_letter positions"),
    "redis": ("redis", "cache"),
    "rediss": ("redis", "cache"),
    "memcached": ("memcached", "cache"),
    "elasticache": ("elasticache", "cache"),
    "cloudwatch": ("cloudwatch", "metrics"),
    "emf": ("emf", "metrics"),
    "ecs": ("ecs", "container"),
    "docker": ("docker", "container"),
    "podman": ("docker", "container"),
    "subprocess": ("subprocess", "container"),
}
BUILT_IN: Final[Mapping[tuple[str, str], str]] = {
    (port, kind): f"fsm_bootstrap.backends.{module}:{port}"
    for kind, (module, ports) in _SERVES.items()
    for port in ports.split()
}
"""``(port, kind of source)`` to the dotted path of its factory, imported when it is first needed."""

EXTRAS: Final[Mapping[str, str]] = {"botocore": "aws", "redis": "redis", "pymemcache": "memcached"}
"""Modules that come with an extra of this distribution."""


def make(port: Port[T], source: Source, supplies: Supplies, variable: str) -> T:
    """What serves the port at the source; `variable` is the setting that named it.

    Raises:
        PortMisconfigured: nothing serves this port for such a source, or it cannot be set up; the message names the
            setting and what is known.
    """
    try:
        made = _factory(port, source)(source, supplies)
    except PortMisconfigured as error:
        reason = str(error).removeprefix(f"{source}: ").removeprefix(f"{source.shown}: ")
        raise PortMisconfigured(f"{variable}={source.shown}: {reason}") from error
    except ModuleNotFoundError as error:
        raise PortMisconfigured(f"{variable}={source.shown}: {missing(error)}") from error
    odds = supplies.settings.odds(variable, source)
    return made if odds is None else port.faulty(made, Chaos(supplies.chaos(variable), odds.unavailable, odds.unknown))


def missing(error: ModuleNotFoundError) -> str:
    """What is not installed, and how to install it."""
    module = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(module)
    remedy = f"pip install 'lambda-fsm[{extra}]'" if extra else f"pip install {module}"
    return f"{module} is not installed: {remedy}"


def _factory(port: Port[T], source: Source) -> Callable[[Source, Supplies], T]:
    path = BUILT_IN.get((port.name, source.kind))
    if path is not None:
        module, _, name = path.partition(":")
        built_in: Callable[[Source, Supplies], T] = getattr(import_module(module), name)
        return built_in
    others = {entry.name: entry for entry in entry_points(group=GROUP)}
    wanted = f"{port.name}+{source.kind}"
    if wanted in others:
        factory: Callable[[Source, Supplies], T] = others[wanted].load()
        return factory
    known = {kind for name, kind in BUILT_IN if name == port.name}
    known |= {name.partition("+")[2] for name in others if name.partition("+")[0] == port.name}
    raise PortMisconfigured(
        f"nothing serves {source.kind!r} as {port.name} source; known: {', '.join(sorted(known))}; "
        f"a package adds one by an entry point {wanted!r} in the group {GROUP!r}"
    )
