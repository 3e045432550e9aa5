"""What makes Lambda invoke the function: event source mappings, and a timer."""

from __future__ import annotations

import json
from typing import Final

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.items import EMIT
from fsm_bootstrap.deploy.sam import Plan, Tree, attribute
from fsm_bootstrap.resources.topic import queue_of
from fsm_bootstrap.source import Source
from fsm_bootstrap.uses import Purpose, Use, uses
from fsm_ports.errors import PortMisconfigured

QUEUE_BATCH: Final = 10
STREAM_BATCH: Final = 100
OLDEST: Final = 6 * 3600
"""Seconds after which a stream goes on without a record that nobody could handle.  Its machine is in the checkpoint
table, and recovery takes it in hand; without a bound one such record would hold up its shard for a day."""


def mappings(plan: Plan) -> Tree:
    """One for each source that messages come from; what waits in a table is fetched by the timer.

    Raises:
        PortMisconfigured: Lambda cannot read one of them.
    """
    made: Tree = {}
    for use in _mapped(plan):
        name = plan.logical(f"From{use.source.kind.capitalize()}", use.source)
        made[name] = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": _properties(use, plan)}
    return made


def _mapped(plan: Plan) -> list[Use]:
    """Each source once; what is written to a replica of a table comes by the stream of this region's."""
    found: dict[str, Use] = {}
    for use in uses(plan.settings):
        if use.purpose is Purpose.MESSAGES or (use.purpose is Purpose.WAITING and use.source.kind != "dynamodb"):
            found.setdefault(use.source.register, use)
    for use in found.values():
        if use.source.region != plan.region:
            raise PortMisconfigured(
                f"{use.variable}={use.source.shown}: Lambda reads sources of its own region alone, and the function "
                f"lives in {plan.region} with PRIMARY_CHECKPOINT_SOURCE; name a source there"
            )
    return list(found.values())


def timer(plan: Plan) -> Tree:
    """Of the function's `Events`."""
    minutes = plan.options.every
    rate = f"rate({minutes} minute{'' if minutes == 1 else 's'})"
    return {"Timer": {"Type": "Schedule", "Properties": {"Schedule": rate}}}


def _properties(use: Use, plan: Plan) -> Tree:
    source = queue_of(use.source) if use.source.kind == "sns" else use.source
    common: Tree = {"FunctionName": {"Ref": "Function"}, "FunctionResponseTypes": ["ReportBatchItemFailures"]}
    if source.kind == "sqs":
        concurrency = plan.options.concurrency
        bound: Tree = {"ScalingConfig": {"MaximumConcurrency": concurrency}} if concurrency else {}
        return {**common, "EventSourceArn": _arn("Queue", source, plan), "BatchSize": QUEUE_BATCH, **bound}
    properties: Tree = {
        **common,
        "EventSourceArn": _stream_arn(source, plan),
        "StartingPosition": _start(source, plan),
        "BatchSize": STREAM_BATCH,
        "BisectBatchOnFunctionError": True,
        "MaximumRecordAgeInSeconds": OLDEST,
        "ParallelizationFactor": plan.options.parallel,
    }
    if source.kind == "dynamodb":
        properties["FilterCriteria"] = {"Filters": [{"Pattern": _pattern(use)}]}
    if destination := _destination(plan):
        properties["DestinationConfig"] = {"OnFailure": {"Destination": destination}}
    return properties


def _start(source: Source, plan: Plan) -> str:
    """From the oldest record on; but a stream of the original has a day, or more, of messages that are done with, and
    adopting these would run their machines again."""
    return "LATEST" if plan.settings.adopt_in_flight and not plan.makes(source) else "TRIM_HORIZON"


def _pattern(use: Use) -> str:
    """Writes that are messages: of a checkpoint table those that set `emit`, of a stream table those with a payload."""
    what = EMIT if use.is_record_too else attributes.PAYLOAD
    image = {what: {"S": [{"exists": True}]}}
    return json.dumps({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": image}})


def _destination(plan: Plan) -> object:
    """Where Lambda tells of records that it gave up: a queue or a topic."""
    dead = plan.settings.dead_letter_source
    if dead is None or dead.kind not in ("sqs", "sns") or dead.endswith(".fifo") or not plan.at_home(dead):
        return None
    return _arn("Queue", dead, plan) if dead.kind == "sqs" else str(dead)


def _arn(kind: str, source: Source, plan: Plan) -> object:
    return attribute(plan.logical(kind, source), "Arn") if plan.makes(source) else str(source)


def _stream_arn(source: Source, plan: Plan) -> object:
    if source.kind == "kinesis":
        return _arn("Stream", source, plan)
    table = plan.logical("Table", source)
    if plan.makes(source):
        return attribute(table, "StreamArn")
    # Its name ends in the time at which it was enabled, which nobody can tell from the table's.
    plan.parameters[f"{table}Stream"] = {
        "Type": "String",
        "Description": f"ARN of the stream of {source}: aws dynamodb describe-table shows it as LatestStreamArn",
    }
    return {"Ref": f"{table}Stream"}
