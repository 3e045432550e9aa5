"""Environments in DynamoDB: limits, strangers' items, and a table that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.environment_store import DynamoEnvironmentStore
from fsm_adapters.system.clock import VirtualClock
from fsm_ports import OutcomeUnknown, PortError, PortRejected, PortUnavailable
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import SOURCE, new_table, tables
from tests.unit.fsm_adapters.dynamodb.scripted import dynamodb
from tests.unit.fsm_adapters.scripted_aws import OK, Answer, Refusal, Script, refused, silent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

NOW = 1_700_000_000.25
FAILURES = [
    (refused(), PortUnavailable),
    (Refusal("RequestLimitExceeded"), PortUnavailable),
    (Refusal("ResourceNotFoundException"), PortUnavailable),
    (silent(), OutcomeUnknown),
    (OK, OutcomeUnknown),
]


def a_store(answer: Answer) -> tuple[DynamoEnvironmentStore, Script]:
    client, script = dynamodb(answer)
    return DynamoEnvironmentStore(client, "environments", source="environments", clock=VirtualClock(NOW)), script


@pytest.mark.parametrize(("answer", "kind"), FAILURES)
def test_put_says_what_failed(answer: Answer, kind: type[PortError]) -> None:
    result = a_store(answer)[0].put("k", {"A": "1"}, NOW + 10)
    assert isinstance(result, kind)


@pytest.mark.parametrize(("answer", "kind"), FAILURES)
def test_get_says_what_failed_lest_it_look_unknown(answer: Answer, kind: type[PortError]) -> None:
    assert isinstance(a_store(answer)[0].get("k"), kind)


def test_environment_beyond_the_size_of_an_item_is_rejected_without_a_call() -> None:
    store, script = a_store(OK)
    assert isinstance(store.put("k", {"A": "x" * 409_600}, NOW + 10), PortRejected)
    assert script.asked == []


@pytest.fixture
def client(ministack: Backend) -> Callable[[], DynamoDBClient]:
    return tables(ministack)


@pytest.fixture
def table(client: Callable[[], DynamoDBClient]) -> str:
    return new_table(client, schemas.ENVIRONMENT)


@pytest.fixture
def store(client: Callable[[], DynamoDBClient], table: str) -> DynamoEnvironmentStore:
    return DynamoEnvironmentStore(client, table, source=SOURCE, clock=VirtualClock(NOW))


def test_environment_of_nearly_the_size_of_an_item_is_kept(store: DynamoEnvironmentStore) -> None:
    environment = {"A": "x" * 409_000}
    assert store.put("k", environment, NOW + 10) is None
    assert store.get("k") == environment


def test_expired_environment_is_not_shown_though_the_table_still_has_it(store: DynamoEnvironmentStore) -> None:
    """A TTL removes items days later."""
    store.put("k", {"A": "1"}, NOW)
    assert store.get("k") is None


def test_table_may_forget_it_only_when_it_has_expired(
    store: DynamoEnvironmentStore, client: Callable[[], DynamoDBClient], table: str
) -> None:
    store.put("k", {"A": "1"}, NOW)
    (item,) = client().scan(TableName=table)["Items"]
    assert item["timeout"] == {"N": str(int(NOW) + 1)}


def test_environment_of_the_original_framework_is_read(
    store: DynamoEnvironmentStore, client: Callable[[], DynamoDBClient], table: str
) -> None:
    old: dict[str, AttributeValueTypeDef] = {"guid": {"S": "g"}, "environment": {"S": '{"FSM_CONTEXT": "{}"}'}}
    client().put_item(TableName=table, Item=old)
    assert store.get("g") == {"FSM_CONTEXT": "{}"}


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_environment_that_cannot_be_decoded_is_an_error(
    store: DynamoEnvironmentStore, client: Callable[[], DynamoDBClient], table: str, text: str
) -> None:
    client().put_item(TableName=table, Item={"guid": {"S": "g"}, "environment": {"S": text}})
    assert isinstance(store.get("g"), PortRejected)


def test_empty_key_is_rejected(store: DynamoEnvironmentStore) -> None:
    assert isinstance(store.put("", {"A": "1"}, NOW + 10), PortRejected)


def test_environment_that_never_expires_is_kept(store: DynamoEnvironmentStore) -> None:
    assert store.put("k", {"A": "1"}, float("inf")) is None
    assert store.get("k") == {"A": "1"}
