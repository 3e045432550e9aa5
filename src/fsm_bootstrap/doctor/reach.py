"""Does each source answer, and is it of the right shape?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fsm_bootstrap.application import App
from fsm_bootstrap.doctor.finding import Finding, Level
from fsm_bootstrap.registry import missing
from fsm_bootstrap.remedies import remedy
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.errors import PortError

_PROBE: Final = "fsm-doctor"
"""A key that nobody else uses."""
_LOOK: Final = "is the address right, and may this machine reach it?"


def resources_found(supplies: Supplies) -> Iterator[Finding]:
    """The queues, topics, streams and tables that the settings name."""
    try:
        from fsm_bootstrap.resources.plan import resources

        planned = resources(supplies)
    except ModuleNotFoundError as error:
        yield Finding(Level.ERROR, "AWS", missing(error))
        return
    for resource in planned:
        subject = f"{' and '.join(resource.variables)}={resource.source}"
        looked = resource.look()
        if isinstance(looked, PortError):
            yield Finding(Level.ERROR, subject, _reason(looked), remedy(str(looked)) or _LOOK)
        elif looked is None:
            yield Finding(Level.ERROR, subject, "does not exist", "fsm resources create makes it")
        else:
            yield from (
                Finding(
                    Level.WARNING if difference.mend else Level.ERROR,
                    subject,
                    difference.what,
                    difference.remedy or "fsm resources create mends it",
                )
                for difference in looked
            )
            if not looked:
                yield Finding(Level.OK, subject, f"is there: {resource.describe()}")


def parts_found(app: App) -> Iterator[Finding]:
    """What can be asked without a trace: records, their index, locks, environments, histories, the due retries."""
    settings = app.settings
    (found,) = app.store.read([_PROBE])
    yield _answered("PRIMARY_CHECKPOINT_SOURCE", settings.checkpoint, "a record can be read", found)
    page = app.store.find(InstanceQuery(limit=1))
    yield _answered("PRIMARY_CHECKPOINT_SOURCE", settings.checkpoint, "records can be found", page)
    yield from _locks(app)
    if app.environments is not None:
        source = settings.primary_environment_source or settings.secondary_environment_source
        yield _answered("PRIMARY_ENVIRONMENT_SOURCE", source, "environments can be read", app.environments.get(_PROBE))
    if app.history is not None:
        source = settings.primary_history_source or settings.checkpoint
        yield _answered("PRIMARY_HISTORY_SOURCE", source, "histories can be read", app.history.read(_PROBE, limit=1))


def _locks(app: App) -> Iterator[Finding]:
    """Each cache by itself: behind a failover one that is down does not show."""
    for name, cache in app.caches.items():
        source: Source = getattr(app.settings, name.lower())
        (lease,) = cache.acquire([_PROBE], _PROBE, app.clock.now() + 1.0)
        cache.release([_PROBE], _PROBE)
        yield _answered(name, source, "leases can be taken and given back", lease)


def _answered(variable: str, source: Source | None, what: str, answer: object) -> Finding:
    subject = f"{variable}={source.shown if source is not None else ''}"
    if isinstance(answer, PortError):
        return Finding(Level.ERROR, subject, _reason(answer), remedy(str(answer)) or _LOOK)
    return Finding(Level.OK, subject, what)


def _reason(error: PortError) -> str:
    return str(error)


def known_of(settings: Settings) -> Iterator[Finding]:
    """Sources that cannot be asked without leaving something behind."""
    for name in ("primary_metrics_source", "secondary_metrics_source"):
        source: Source | None = getattr(settings, name)
        if source is not None:
            yield Finding(Level.NOTE, f"{name.upper()}={source.shown}", "is only written to, and was not tried")
    for name in ("primary_container_source", "secondary_container_source"):
        source = getattr(settings, name)
        if source is not None:
            yield Finding(Level.NOTE, f"{name.upper()}={source.shown}", "starts containers, and was not tried")
