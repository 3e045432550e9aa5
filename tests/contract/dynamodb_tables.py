"""Tables for the tests of what keeps its things in DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.dynamodb.schemas import TableSchema
from tests.backends.aws import clients
from tests.backends.backend import Backend

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SOURCE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


def tables(backend: Backend) -> Callable[[], DynamoDBClient]:
    """A client; one that asks one thing at a time where the back end's conditional writes are not atomic."""
    return _one_at_a_time(backend) if backend.name == "moto" else _clients(backend).dynamodb()


def new_table(client: Callable[[], DynamoDBClient], schema: TableSchema) -> str:
    """The name of an empty table."""
    name = f"t-{uuid4().hex}"
    client().create_table(**schema.create_arguments(name))
    return name


@cache
def _clients(backend: Backend) -> AwsClients:
    """Clients are dear to make, so all tests share them."""
    return clients(backend)


@cache
def _one_at_a_time(backend: Backend) -> Callable[[], DynamoDBClient]:
    client = cast("DynamoDBClient", _OneAtATime(_clients(backend).dynamodb()()))
    return lambda: client


class _OneAtATime:
    """Hands calls on, one after the other."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._client, self._lock = client, Lock()

    def __getattr__(self, name: str) -> object:
        return partial(self._call, getattr(self._client, name))

    def _call(self, operation: Callable[..., object], **arguments: object) -> object:
        with self._lock:
            return operation(**arguments)
