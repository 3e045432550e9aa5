"""A real client of DynamoDB whose calls are answered by a script, without a network."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from fsm_adapters._aws.clients import AwsClients
from tests.unit.fsm_adapters.scripted_aws import Answer, Script

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_CLIENTS = AwsClients("us-east-1", credentials=("key", "secret"))


def dynamodb(*answers: Answer) -> tuple[Callable[[], DynamoDBClient], Script]:
    """A client, and the script by which its calls are answered from now on."""
    return _CLIENTS.dynamodb(), _script().begin(*answers)


@cache
def _script() -> Script:
    return Script(_CLIENTS.dynamodb()().meta.events)
