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
from typing import Final, Generic, NamedTuple, TypeVar

from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.checkpoint_store import CheckpointStore
from fsm_ports.container_runner import ContainerRunner
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortMisconfigured
from fsm_ports.event_bus import EventBus
from fsm_ports.history_log import HistoryLog
from fsm_ports.lock_cache import LockCache
from fsm_ports.message_source import MessageSource
from fsm_ports.metrics_sink import MetricsSink
from fsm_ports.retry_scheduler import RetryScheduler

T = TypeVar("T")

GROUP: Final = "fsm.adapters"


class Stream(NamedTuple):
    """What a stream source offers."""

    bus: EventBus
    source: MessageSource | None = None
    """Where a worker polls; None: the service calls (a Lambda function, say)."""
    scheduler: RetryScheduler | None = None
    """The same back end as a road that can hold messages; None: it cannot."""


class Retry(NamedTuple):
    """What a retry source offers."""

    scheduler: RetryScheduler
    source: MessageSource | None = None
    """Where a worker polls what is due; None: the service calls."""
    calls: bool = False
    """On Lambda the service itself invokes the function with what is due, as SQS does; else a timer polls."""


@dataclass(frozen=True)
class Port(Generic[T]):
    """One port that settings choose a back end for; `T` is what its factories make."""

    name: str


STREAM: Final = Port[Stream]("stream")
RETRY: Final = Port[Retry]("retry")
CHECKPOINT: Final = Port[CheckpointStore]("checkpoint")
CACHE: Final = Port[LockCache]("cache")
ENVIRONMENT: Final = Port[EnvironmentStore]("environment")
METRICS: Final = Port[MetricsSink]("metrics")
CONTAINER: Final = Port[ContainerRunner]("container")
HISTORY: Final = Port[HistoryLog]("history")
DEAD_LETTER: Final = Port[EventBus]("dead_letter")

PORTS: Final = (STREAM, RETRY, CHECKPOINT, CACHE, ENVIRONMENT, METRICS, CONTAINER, HISTORY, DEAD_LETTER)

# Zips that are stripped of their metadata lose entry points: hence a table for what this distribution itself brings.
_MEMORY, _SQLITE, _LOG = (f"fsm_bootstrap.backends.{name}" for name in ("memory", "sqlite", "log"))
BUILT_IN: Final[Mapping[tuple[str, str], str]] = {
    ("stream", "memory"): f"{_MEMORY}:stream",
    ("retry", "memory"): f"{_MEMORY}:retry",
    ("checkpoint", "memory"): f"{_MEMORY}:checkpoint",
    ("cache", "memory"): f"{_MEMORY}:cache",
    ("environment", "memory"): f"{_MEMORY}:environment",
    ("metrics", "memory"): f"{_MEMORY}:metrics",
    ("container", "memory"): f"{_MEMORY}:container",
    ("history", "memory"): f"{_MEMORY}:history",
    ("dead_letter", "memory"): f"{_MEMORY}:dead_letter",
    ("stream", "sqlite"): f"{_SQLITE}:stream",
    ("retry", "sqlite"): f"{_SQLITE}:retry",
    ("checkpoint", "sqlite"): f"{_SQLITE}:checkpoint",
    ("cache", "sqlite"): f"{_SQLITE}:cache",
    ("environment", "sqlite"): f"{_SQLITE}:environment",
    ("history", "sqlite"): f"{_SQLITE}:history",
    ("dead_letter", "sqlite"): f"{_SQLITE}:dead_letter",
    ("metrics", "log"): f"{_LOG}:metrics",
}
"""``(port, kind of source)`` to the dotted path of its factory, imported when it is first needed."""


def make(port: Port[T], source: Source, supplies: Supplies, variable: str) -> T:
    """What serves the port at the source; `variable` is the setting that named it.

    Raises:
        PortMisconfigured: nothing serves this port for such a source, or it cannot be set up; the message names the
            setting and what is known.
    """
    try:
        return _factory(port, source)(source, supplies)
    except PortMisconfigured as error:
        reason = str(error).removeprefix(f"{source}: ")
        raise PortMisconfigured(f"{variable}={source}: {reason}") from error


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
