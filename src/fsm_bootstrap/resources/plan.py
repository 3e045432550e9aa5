"""Which resources the settings name."""

from __future__ import annotations

from typing import Final

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.schemas import TableSchema
from fsm_bootstrap.aws import clients
from fsm_bootstrap.resources.queue import Queue
from fsm_bootstrap.resources.resource import Resource
from fsm_bootstrap.resources.stream import DataStream
from fsm_bootstrap.resources.table import Table
from fsm_bootstrap.resources.topic import Topic, policy_for, queue_of
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_bootstrap.uses import Purpose, Use, uses
from fsm_ports.errors import PortMisconfigured

MADE: Final = frozenset({"sqs", "sns", "kinesis", "dynamodb"})
"""Kinds of sources that are made here; caches, clusters and metrics belong to somebody else."""


def resources(supplies: Supplies) -> list[Resource]:
    """What has to exist in AWS, dead letters first: queues refer to them.

    Raises:
        PortMisconfigured: one table is to serve two purposes whose keys differ.
        ModuleNotFoundError: botocore is not installed.
    """
    return [_resource(source, used, supplies) for source, used in sources_used(supplies.settings).items()]


def sources_used(settings: Settings) -> dict[Source, list[Use]]:
    """The sources that are made here, each with all its uses; dead letters first."""
    grouped: dict[Source, list[Use]] = {}
    for use in uses(settings):
        if use.source.kind in MADE:
            grouped.setdefault(use.source, []).append(use)
    return dict(
        sorted(grouped.items(), key=lambda pair: all(use.purpose is not Purpose.DEAD_LETTERS for use in pair[1]))
    )


def _resource(source: Source, used: list[Use], supplies: Supplies) -> Resource:
    settings = supplies.settings
    purpose = " and ".join(dict.fromkeys(use.purpose.value for use in used))
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
            return Table(source, purpose, variables, client_, supplies.clock, schema_of(source, used, settings))


def schema_of(source: Source, used: list[Use], settings: Settings) -> TableSchema:
    """The shape of a table that is used so.

    Raises:
        PortMisconfigured: two of its purposes need different keys.
    """
    wanted = {use.purpose: _schema_for(use, settings) for use in used}
    if {Purpose.MESSAGES, Purpose.RECORDS} <= wanted.keys():
        wanted.pop(Purpose.MESSAGES)
    shapes = set(wanted.values())
    if len(shapes) > 1:
        named = " and ".join(dict.fromkeys(use.variable for use in used))
        purposes = " and ".join(purpose.value for purpose in wanted)
        raise PortMisconfigured(f"{named}={source}: one table cannot keep {purposes}, whose keys differ; name two")
    return shapes.pop()


def _schema_for(use: Use, settings: Settings) -> TableSchema:
    match use.purpose:
        case Purpose.RECORDS:
            streams = {source.register for source in (settings.stream, settings.secondary_stream_source) if source}
            return schemas.EMITTING_CHECKPOINT if use.source.register in streams else schemas.CHECKPOINT
        case Purpose.WAITING:
            return schemas.RETRY
        case Purpose.LEASES | Purpose.POSITIONS:
            return schemas.CACHE
        case Purpose.ENVIRONMENTS:
            return schemas.ENVIRONMENT
        case Purpose.HISTORIES:
            return schemas.HISTORY
        case _:
            return schemas.STREAM
