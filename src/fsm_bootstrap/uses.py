"""Every source that the settings name, with what it is used for."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from fsm_bootstrap.positions import positions_source
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source


class Purpose(Enum):
    """What a source is for."""

    MESSAGES = "messages"
    WAITING = "waiting messages"
    RECORDS = "records"
    LEASES = "leases"
    ENVIRONMENTS = "environments"
    HISTORIES = "histories"
    METRICS = "metrics"
    CONTAINERS = "containers"
    DEAD_LETTERS = "dead letters"
    POSITIONS = "positions"
    """How far workers have read the shards of streams; Lambda keeps its own."""


class Use(NamedTuple):
    """One source in one role."""

    variable: str
    source: Source
    purpose: Purpose
    is_record_too: bool = False
    """Of a stream: its messages are the commits of the checkpoint table."""


_PORTS: Final = {
    "stream": Purpose.MESSAGES,
    "retry": Purpose.WAITING,
    "checkpoint": Purpose.RECORDS,
    "cache": Purpose.LEASES,
    "environment": Purpose.ENVIRONMENTS,
    "history": Purpose.HISTORIES,
    "metrics": Purpose.METRICS,
    "container": Purpose.CONTAINERS,
}


def uses(settings: Settings) -> Iterator[Use]:
    """In the order of the ports, primaries first; what is unset is not used."""
    records = {source.register for source in (settings.primary_checkpoint_source,) if source is not None}
    for port, purpose in _PORTS.items():
        for rank in ("primary", "secondary"):
            name = f"{rank}_{port}_source"
            source: Source | None = getattr(settings, name, None)
            if source is not None:
                is_record_too = purpose is Purpose.MESSAGES and source.register in records
                yield Use(name.upper(), source, purpose, is_record_too)
    if settings.dead_letter_source is not None:
        yield Use("DEAD_LETTER_SOURCE", settings.dead_letter_source, Purpose.DEAD_LETTERS)
    streams = (settings.primary_stream_source, settings.secondary_stream_source)
    if any(stream is not None and stream.kind in ("kinesis", "dynamodb") for stream in streams):
        variable, source = positions_source(settings)
        yield Use(variable, source, Purpose.POSITIONS)
