"""Which resources the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.schemas import TableSchema
from fsm_bootstrap.aws import clients
from fsm_bootstrap.positions import positions_source
from fsm_bootstrap.resources.queue import Queue
from fsm_bootstrap.resources.resource import Resource
from fsm_bootstrap.resources.stream import DataStream
from fsm_bootstrap.resources.table import Table
from fsm_bootstrap.resources.topic import Topic, policy_for, queue_of
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.errors import PortMisconfigured


class Use(NamedTuple):
    """One source in one role."""

    variable: str
    source: Source
    purpose: str


_PURPOSES: Final = {
    "stream": "messages",
    "retry": "waiting messages",
    "checkpoint": "records",
    "cache": "leases",
    "environment": "environments",
    "history": "histories",
}
MADE: Final = frozenset({"sqs", "sns", "kinesis", "dynamodb"})
"""Kinds of sources that are made here; caches, clusters and metrics belong to somebody else."""


def uses(settings: Settings) -> Iterator[Use]:
    """Every source that is set, or stands for one that is not, and what it is for."""
    yield Use("PRIMARY_STREAM_SOURCE", settings.stream, "messages")
    yield Use("PRIMARY_CHECKPOINT_SOURCE", settings.checkpoint, "records")
    for port, purpose in _PURPOSES.items():
        for rank in ("primary", "secondary"):
            name = f"{rank}_{port}_source"
            source = getattr(settings, name, None)
            if source is not None and name not in ("primary_stream_source", "primary_checkpoint_source"):
                yield Use(name.upper(), source, purpose)
    if settings.dead_letter_source is not None:
        yield Use("DEAD_LETTER_SOURCE", settings.dead_letter_source, "dead letters")
    streams = (settings.stream, settings.secondary_stream_source)
    if any(stream is not None and stream.kind in {"kinesis", "dynamodb"} for stream in streams):
        variable, source = positions_source(settings)
        yield Use(variable, source, "positions")


def resources(supplies: Supplies) -> list[Resource]:
    """What has to exist in AWS, dead letters first: queues refer to them.

    Raises:
        PortMisconfigured: one table is to serve two purposes whose keys differ.
        ModuleNotFoundError: boto3 is not installed.
    """
    grouped: dict[Source, list[Use]] = {}
    for use in uses(supplies.settings):
        if use.source.kind in MADE:
            grouped.setdefault(use.source, []).append(use)
    ordered = sorted(grouped.items(), key=lambda pair: all(use.purpose != "dead letters" for use in pair[1]))
    return [_resource(source, used, supplies) for source, used in ordered]


def _resource(source: Source, used: list[Use], supplies: Supplies) -> Resource:
    settings = supplies.settings
    purpose = " and ".join(dict.fromkeys(use.purpose for use in used))
    variables = tuple(dict.fromkeys(use.variable for use in used))
    aws = clients(source, supplies)
    dead = settings.dead_letter_source
    match source.kind:
        case "sqs":
            client = aws.sqs(source.region, attempts=3)
            return Queue(source, purpose, variables, client, settings.claim_seconds, dead)
        case "sns":
            queue = queue_of(source)
            policy = policy_for(source)
            client = clients(queue, supplies).sqs(source.region, attempts=3)
            subscribed = Queue(queue, purpose, variables, client, settings.claim_seconds, dead, policy)
            return Topic(source, purpose, variables, aws.sns(source.region, attempts=3), subscribed)
        case "kinesis":
            return DataStream(source, purpose, variables, aws.kinesis(source.region, attempts=3), supplies.clock)
        case _:
            client_ = aws.dynamodb(source.region, attempts=3)
            return Table(source, purpose, variables, client_, supplies.clock, _schema(source, used, settings))


def _schema(source: Source, used: list[Use], settings: Settings) -> TableSchema:
    wanted = {use.purpose: _schema_for(use, settings) for use in used}
    if {"messages", "records"} <= wanted.keys():
        wanted.pop("messages")
    shapes = set(wanted.values())
    if len(shapes) > 1:
        named = " and ".join(dict.fromkeys(use.variable for use in used))
        raise PortMisconfigured(
            f"{named}={source}: one table cannot keep {' and '.join(wanted)}, whose keys differ; name two"
        )
    return shapes.pop()


def _schema_for(use: Use, settings: Settings) -> TableSchema:
    match use.purpose:
        case "records":
            streams = {source.register for source in (settings.stream, settings.secondary_stream_source) if source}
            return schemas.EMITTING_CHECKPOINT if use.source.register in streams else schemas.CHECKPOINT
        case "waiting messages":
            return schemas.RETRY
        case "leases" | "positions":
            return schemas.CACHE
        case "environments":
            return schemas.ENVIRONMENT
        case "histories":
            return schemas.HISTORY
        case _:
            return schemas.STREAM
