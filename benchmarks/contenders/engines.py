"""The whole framework on dicts: a batch of 100 machines, wire format and JSON both ways, leases, both back ends set."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.contenders.original_services import Caches, Queue, Table
from benchmarks.machines import context_of, counting, settings
from benchmarks.peers import import_original
from benchmarks.rounds import Work
from fsm_bootstrap.application import build_application
from fsm_domain.runtime.client import StartRequest
from fsm_ports import Instance, PortError

BATCH = 100
SMALL, LARGE = 130, 1024
"""Bytes of a context."""


def ours_small() -> AbstractContextManager[Work]:
    return _ours(SMALL)


def ours_large() -> AbstractContextManager[Work]:
    return _ours(LARGE)


def original_small() -> AbstractContextManager[Work]:
    return _original(SMALL)


def original_large() -> AbstractContextManager[Work]:
    return _original(LARGE)


def _ours(size: int) -> AbstractContextManager[Work]:
    return drive(
        size, BATCH,
        secondary_stream_source="memory://bus2", secondary_retry_source="memory://retries2",
        primary_cache_source="memory://leases", secondary_cache_source="memory://leases2",
    )  # fmt: skip


@contextmanager
def drive(size: int, together: int, **sources: str) -> Generator[Work]:
    """So many machines that never end, in batches of all of them; what `sources` does not say is in memory."""
    chosen = settings(
        primary_stream_source="memory://bus", primary_retry_source="memory://retries",
        primary_checkpoint_source="memory://records", max_chained_transitions=1, history=False, **sources,
    )  # fmt: skip
    with build_application(chosen, [counting()]) as app:
        requests = [StartRequest(context_of(size), f"{os.getpid()}-{together}-{number}") for number in range(together)]
        started = app.client.start_many("counting", requests)
        if not all(isinstance(one, Instance) for one in started):
            raise AssertionError(f"could not start: {started[0]}")
        source, handle, now = app.sources[0], app.dispatcher.handle, app.clock.now

        def work(units: int) -> int:
            done = 0
            while done < units:
                until = now() + 30.0
                deliveries = source.receive(together, until)
                if isinstance(deliveries, PortError):
                    raise deliveries
                source.settle(deliveries, handle(deliveries, until))
                done += len(deliveries)
            return done

        yield work


@contextmanager
def _original(size: int) -> Generator[Work]:
    """Its handler, as Lambda would call it: a batch of SQS records; queue, tables and memcached are dicts."""
    handler, client, queue = _set_up()
    for number in range(BATCH):
        client.start_state_machine("counting", context_of(size), correlation_id=f"m-{number}")

    def work(units: int) -> int:
        done = 0
        while done < units:
            bodies, queue.bodies[:] = list(queue.bodies), []
            records = [{"eventSource": "aws:sqs", "eventSourceARN": _ARNS["STREAM"], "body": body} for body in bodies]
            handler.lambda_handler({"Records": records}, None)
            done += len(bodies)
        if len(queue.bodies) != BATCH:
            raise AssertionError(f"{len(queue.bodies)} machines are left of {BATCH}")
        return done

    yield work


_PLACE = "eu-west-1:123456789012"
_ARNS = {
    "STREAM": f"arn:aws:sqs:{_PLACE}:stream",
    "RETRY": f"arn:aws:dynamodb:{_PLACE}:table/retry",
    "CHECKPOINT": f"arn:aws:dynamodb:{_PLACE}:table/checkpoint",
    "CACHE": f"arn:aws:elasticache:{_PLACE}:cluster:cache",
}


def _set_up() -> tuple[Any, Any, Queue]:
    """Its handler, its client, and the queue that both use; its settings are a module called ``settings``."""
    import_original()
    chosen = ModuleType("settings")
    for port in ("STREAM", "RETRY", "CHECKPOINT", "CACHE", "ENVIRONMENT", "METRICS"):
        setattr(chosen, f"PRIMARY_{port}_SOURCE", _ARNS.get(port))
        setattr(chosen, f"SECONDARY_{port}_SOURCE", _ARNS[port] + "2" if port in _ARNS else None)
    chosen.__dict__["SQS_URLS"] = {arn: {"QueueUrl": arn} for arn in (_ARNS["STREAM"], _ARNS["STREAM"] + "2")}
    sys.modules["settings"] = chosen
    logging.getLogger("aws_lambda_fsm").setLevel(logging.CRITICAL)
    config: Any = importlib.import_module("aws_lambda_fsm.config")
    machine = Path(__file__).with_name("original.yaml")
    config._config["fsm.yaml"] = config.load_config_from_yaml(str(machine))
    aws: Any = importlib.import_module("aws_lambda_fsm.aws")
    queue, table, caches = Queue(), Table(), {"2": Caches(), "": Caches()}

    def connection(arn: str, **_: object) -> object:
        if ":sqs:" in arn:
            return queue
        return table if ":dynamodb:" in arn else caches["2" if arn.endswith("2") else ""]

    def engine_and_connection(arn: str) -> tuple[str, object]:
        return "memcached", connection(arn)

    aws.get_connection = connection
    aws._get_elasticache_engine_and_connection = engine_and_connection
    handler = importlib.import_module("aws_lambda_fsm.handler")
    return handler, importlib.import_module("aws_lambda_fsm.client"), queue
