"""The queues, topics, streams and tables of a template, as ``fsm resources create`` makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from fsm_adapters.dynamodb.schemas import TableSchema
from fsm_bootstrap.deploy.sam import KEPT, Plan, Tree, attribute
from fsm_bootstrap.resources.plan import schema_of, sources_used
from fsm_bootstrap.resources.queue import RECEIVES, RETENTION
from fsm_bootstrap.resources.topic import policy_for, queue_of
from fsm_bootstrap.source import Source


def resources(plan: Plan) -> Tree:
    """By logical id.

    Raises:
        PortMisconfigured: one table is to serve two purposes whose keys differ.
    """
    made: Tree = {}
    for source, used in sources_used(plan.settings).items():
        if not plan.makes(source):
            continue
        match source.kind:
            case "sqs":
                made[plan.logical("Queue", source)] = _queue(source, plan)
            case "sns":
                made |= _topic(source, plan)
            case "kinesis":
                made[plan.logical("Stream", source)] = _stream(source)
            case _:
                made[plan.logical("Table", source)] = _table(source, schema_of(source, used, plan.settings))
    return made


def _queue(source: Source, plan: Plan) -> Tree:
    dead = plan.settings.dead_letter_source
    properties: Tree = {
        "QueueName": source.name,
        "VisibilityTimeout": plan.visibility,
        "MessageRetentionPeriod": RETENTION,
        "SqsManagedSseEnabled": True,
    }
    if source.endswith(".fifo"):
        properties["FifoQueue"] = True
    if (
        dead is not None
        and dead.kind == "sqs"
        and dead != source
        and plan.at_home(dead)
        and dead.endswith(".fifo") == source.endswith(".fifo")
    ):
        target = attribute(plan.logical("Queue", dead), "Arn") if plan.makes(dead) else str(dead)
        properties["RedrivePolicy"] = {"deadLetterTargetArn": target, "maxReceiveCount": RECEIVES}
    return {"Type": "AWS::SQS::Queue", **KEPT, "Properties": properties}


def _topic(source: Source, plan: Plan) -> Tree:
    """The topic, the queue that its messages are received from, and what lets one send to the other."""
    queue = queue_of(source)
    topic_id, queue_id = plan.logical("Topic", source), plan.logical("Queue", queue)
    fifo: Tree = {"FifoTopic": True} if source.endswith(".fifo") else {}
    return {
        topic_id: {"Type": "AWS::SNS::Topic", **KEPT, "Properties": {"TopicName": source.name, **fifo}},
        queue_id: _queue(queue, plan),
        f"{queue_id}Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": queue_id}], "PolicyDocument": json.loads(policy_for(source))},
        },
        f"{topic_id}Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": topic_id},
                "Protocol": "sqs",
                "Endpoint": attribute(queue_id, "Arn"),
                "RawMessageDelivery": True,
            },
        },
    }


def _stream(source: Source) -> Tree:
    properties = {"Name": source.name, "StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
    return {"Type": "AWS::Kinesis::Stream", **KEPT, "Properties": properties}


def _table(source: Source, schema: TableSchema) -> Tree:
    """CloudFormation has the words of CreateTable, but for the stream, which is enabled by being there, and the TTL."""
    properties: Tree = dict(cast("Mapping[str, object]", schema.create_arguments(source.name)))
    if schema.stream:
        properties["StreamSpecification"] = {"StreamViewType": schema.stream}
    if schema.ttl:
        properties["TimeToLiveSpecification"] = {"AttributeName": schema.ttl, "Enabled": True}
    properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": True}
    return {"Type": "AWS::DynamoDB::Table", **KEPT, "Properties": properties}
