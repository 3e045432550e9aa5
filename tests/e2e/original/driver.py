"""Runs the original framework, as its package on PyPI has it, on a queue or a table's stream: so many messages, or
until none is left.

``python driver.py JSON`` in this folder.  Of the JSON: ``endpoint``, ``stream`` and ``retry`` and ``cache`` (ARNs),
``start`` (a correlation id) and ``context`` where a machine is to be started, ``messages`` (null: all that there are),
``positions`` (a file that tells how far each shard was read).  Prints how many messages it handled.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

LATER = 100.0
"""Seconds from now by which every retry of the original is due."""


def main(asked: dict[str, Any]) -> int:
    """Messages handled."""
    _settle(asked)
    client = importlib.import_module("aws_lambda_fsm.client")
    handler = importlib.import_module("aws_lambda_fsm.handler")
    if asked.get("start"):
        client.start_state_machine("relay", asked["context"], correlation_id=asked["start"])
    if asked["stream"].startswith("arn:aws:dynamodb"):
        return _serve_table(asked, handler.lambda_handler)
    return _serve(asked, handler.lambda_handler, _timer(handler))


def _settle(asked: dict[str, Any]) -> None:
    """The settings are a module called ``settings``."""
    settings = ModuleType("settings")
    sources: dict[str, object] = {
        f"{rank}_{port}_SOURCE": asked.get(port.lower()) if rank == "PRIMARY" else None
        for rank in ("PRIMARY", "SECONDARY")
        for port in ("STREAM", "RETRY", "CACHE", "CHECKPOINT", "ENVIRONMENT", "METRICS")
    }
    vars(settings).update(sources)
    sys.modules["settings"] = settings
    # Its own setting ENDPOINTS would also change the region, to "testing".
    os.environ["AWS_ENDPOINT_URL"] = asked["endpoint"]


def _timer(handler: Any) -> Any:  # noqa: ANN401 - the package has no types
    """Its timer, for which time has gone on until every retry is due."""
    handler.time = SimpleNamespace(time=lambda: time.time() + LATER)
    return handler.lambda_timer_handler


def _serve(asked: dict[str, Any], handle: Any, timer: Any) -> int:  # noqa: ANN401 - as above
    sqs: Any = importlib.import_module("boto3").client("sqs")
    url = sqs.get_queue_url(QueueName=asked["stream"].rpartition(":")[2])["QueueUrl"]
    handled, limit, idle = 0, asked.get("messages"), 0
    while idle < 2 and (limit is None or handled < limit):
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0).get("Messages", [])
        for message in found:
            record = {"eventSource": "aws:sqs", "eventSourceARN": asked["stream"], "body": message["Body"]}
            handle({"Records": [record]}, None)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            handled += 1
        idle = 0 if found else idle + 1
        if not found and limit is None:
            timer({}, None)
    return handled


def _serve_table(asked: dict[str, Any], handle: Any) -> int:  # noqa: ANN401 - as above
    """As an event source mapping does: every record in order, those that are done with left behind."""
    streams: Any = importlib.import_module("boto3").client("dynamodbstreams")
    file = Path(asked["positions"])
    positions: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    (stream,) = streams.list_streams(TableName=asked["stream"].rpartition("/")[2])["Streams"]
    handled, limit = 0, asked.get("messages")
    for shard in streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]:
        name = shard["ShardId"]
        after = {"SequenceNumber": positions[name]} if name in positions else {}
        kind = "AFTER_SEQUENCE_NUMBER" if after else "TRIM_HORIZON"
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=name, ShardIteratorType=kind, **after
        )["ShardIterator"]
        while limit is None or handled < limit:
            answer = streams.get_records(ShardIterator=iterator, Limit=1)
            if not answer["Records"]:
                break
            (record,) = answer["Records"]
            iterator, positions[name] = answer["NextShardIterator"], record["dynamodb"]["SequenceNumber"]
            if "payload" in record["dynamodb"].get("NewImage", {}):  # where it is the checkpoint table, too
                handle({"Records": [{**record, "eventSource": "aws:dynamodb"}]}, None)
                handled += 1
    file.write_text(json.dumps(positions), encoding="utf-8")
    return handled


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    sys.stdout.write(f"{main(json.loads(sys.argv[1]))}\n")
