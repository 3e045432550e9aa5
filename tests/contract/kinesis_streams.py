"""Kinesis streams for tests, on an emulator."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.system.clock import SystemClock
from tests.backends.aws import clients
from tests.backends.backend import Backend

if TYPE_CHECKING:
    from mypy_boto3_kinesis.client import KinesisClient

PATIENCE = 20.0


@cache
def shared_clients(backend: Backend) -> AwsClients:
    """Clients are dear to make; who tampers with one makes his own."""
    return clients(backend)


@contextmanager
def a_stream(client: KinesisClient, shards: int = 1) -> Generator[str]:
    """The name of a new stream; it is gone afterwards."""
    name = f"fsm-{uuid4().hex[:12]}"
    client.create_stream(StreamName=name, ShardCount=shards)
    wait_active(client, name)
    yield name
    client.delete_stream(StreamName=name)


def wait_active(client: KinesisClient, name: str) -> None:
    """Until the stream is made, or its resharding is over."""
    clock = SystemClock()
    end = clock.now() + PATIENCE
    while client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE":
        assert clock.now() < end, f"{name} is not active after {PATIENCE} s"
        clock.sleep(0.01)
