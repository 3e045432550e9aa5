"""Where a worker keeps how far it has read the shards of its streams."""

from __future__ import annotations

from fsm_adapters._shards.positions import ShardPositions
from fsm_bootstrap import registry
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import DEFAULT_SOURCE, Source
from fsm_bootstrap.supplies import Supplies

SERVES = ("dynamodb", "memory", "sqlite")
"""Kinds of sources that can keep positions."""


def positions_source(settings: Settings) -> tuple[str, Source]:
    """The source, and the setting that names it."""
    if settings.positions_source is not None:
        return "POSITIONS_SOURCE", settings.positions_source
    cache = settings.primary_cache_source
    if cache is not None and cache.kind in SERVES:
        return "PRIMARY_CACHE_SOURCE", cache
    return "POSITIONS_SOURCE", DEFAULT_SOURCE


def positions(supplies: Supplies) -> ShardPositions:
    """Raises:
    PortMisconfigured: the source cannot be used.
    """
    variable, source = positions_source(supplies.settings)
    return registry.make(registry.POSITIONS, source, supplies, variable)
