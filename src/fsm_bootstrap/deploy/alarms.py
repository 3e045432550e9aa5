"""Alarms: one for each thing that a person has to know of."""

from __future__ import annotations

from typing import Final

from fsm_bootstrap.deploy.sam import Plan, Tree
from fsm_bootstrap.resources.topic import queue_of
from fsm_bootstrap.source import Source
from fsm_bootstrap.uses import Purpose, uses

OLD: Final = 300
"""Seconds: a message that waits longer waits for somebody to help."""
_COUNTED: Final = {
    "Fatal": ("fatal", "Machines failed for good: fsm list --status failed shows them, fsm redrive sets them going"),
    "Recovered": (
        "recovered",
        "Machines had stopped moving and were set going again: a caller died, or messages were lost",
    ),
    "Failover": ("failover", "A primary back end is down, and its secondary has taken over"),
}
"""Metrics that should stay zero, with what it means if one does not."""


def alarms(plan: Plan) -> Tree:
    """By logical id."""
    made: Tree = {}
    namespace = _namespace(plan)
    if namespace is not None:
        for name, (metric, text) in _COUNTED.items():
            # A question of Metrics Insights: an alarm on the metric alone would see none of its dimensions.
            query = {"Id": "total", "Expression": f'SELECT SUM("{metric}") FROM "{namespace}"', "Period": 300}
            made[f"Alarm{name}"] = _alarm(plan, text, 0, {"Metrics": [{**query, "ReturnData": True}]})
    for source in _queues(plan):
        text = f"Messages wait in {source.name}: the function fails, or is throttled"
        of_queue = _metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", source.name, "Maximum")
        made[plan.logical("AlarmAge", source)] = _alarm(plan, text, OLD, of_queue)
    if any(
        use.source.kind in ("kinesis", "dynamodb") for use in uses(plan.settings) if use.purpose is Purpose.MESSAGES
    ):
        text = "Records wait in a stream: the function fails, or is throttled"
        of_stream = _metric("AWS/Lambda", "IteratorAge", "FunctionName", {"Ref": "Function"}, "Maximum")
        made["AlarmAgeOfStreams"] = _alarm(plan, text, OLD * 1000, of_stream)
    dead = plan.settings.dead_letter_source
    if dead is not None and dead.kind == "sqs" and plan.at_home(dead):
        text = "Messages that nobody can handle: look at them, mend the cause, and send them back"
        of_dead = _metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", dead.name, "Maximum")
        made["AlarmDeadLetters"] = _alarm(plan, text, 0, of_dead)
    text = "Invocations fail: the log says why"
    errors = _metric("AWS/Lambda", "Errors", "FunctionName", {"Ref": "Function"}, "Sum")
    made["AlarmErrors"] = _alarm(plan, text, 0, errors)
    return made


def _namespace(plan: Plan) -> str | None:
    for source in (plan.settings.primary_metrics_source, plan.settings.secondary_metrics_source):
        if source is not None and source.kind in ("cloudwatch", "emf"):
            return source.resource
    return None


def _queues(plan: Plan) -> list[Source]:
    found = [use.source for use in uses(plan.settings) if use.purpose is Purpose.MESSAGES]
    queues = [queue_of(source) if source.kind == "sns" else source for source in found]
    return [source for source in dict.fromkeys(queues) if source.kind == "sqs"]


def _metric(namespace: str, name: str, dimension: str, value: object, statistic: str) -> Tree:
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": dimension, "Value": value}],
        "Statistic": statistic,
        "Period": 300,
    }


def _alarm(plan: Plan, text: str, above: int, metric: Tree) -> Tree:
    properties: Tree = {
        "AlarmDescription": text,
        **metric,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": above,
        "TreatMissingData": "notBreaching",
    }
    if plan.options.alarm_topic:
        properties["AlarmActions"] = [plan.options.alarm_topic]
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
