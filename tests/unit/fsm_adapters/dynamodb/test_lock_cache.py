"""Leases in DynamoDB: what they cost, what they leave behind, and what becomes of them when the table fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.lock_cache import DynamoLockCache
from fsm_adapters.system.clock import VirtualClock
from fsm_ports import Busy, Lease, LeaseResult, OutcomeUnknown, PortError, PortUnavailable
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import SOURCE, new_table, tables
from tests.unit.fsm_adapters.dynamodb.scripted import dynamodb
from tests.unit.fsm_adapters.scripted_aws import OK, Answer, Refusal, Script, refused, silent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

NOW = 1_700_000_000.25
UNTIL = NOW + 300


def of(owner: str, until: float, fence: int) -> dict[str, dict[str, str]]:
    return {"owner": {"S": owner}, "until": {"N": repr(until)}, "fence": {"N": str(fence)}}


def refusal(owner: str, until: float, fence: int) -> Answer:
    return Refusal("ConditionalCheckFailedException", Item=of(owner, until, fence))


def given(owner: str, until: float, fence: int) -> Answer:
    return {"Attributes": of(owner, until, fence)}


def acquire(*answers: Answer) -> tuple[LeaseResult, Script]:
    client, script = dynamodb(*answers)
    (result,) = DynamoLockCache(client, "locks", source="locks", clock=VirtualClock(NOW)).acquire(["k"], "me", UNTIL)
    return result, script


def test_free_key_costs_one_call() -> None:
    result, script = acquire(given("me", UNTIL, 7))
    assert result == Lease(7)
    assert len(script.asked) == 1


def test_busy_key_costs_one_call() -> None:
    result, script = acquire(refusal("you", NOW + 9, 7))
    assert result == Busy(NOW + 9)
    assert len(script.asked) == 1


def test_renewal_costs_two_calls_and_keeps_the_fence() -> None:
    result, script = acquire(refusal("me", NOW + 9, 7), given("me", UNTIL, 7))
    assert result == Lease(7)
    assert len(script.asked) == 2


def test_lease_that_is_lost_while_it_is_renewed_is_busy() -> None:
    result, _ = acquire(refusal("me", NOW - 9, 7), refusal("you", UNTIL + 1, 8))
    assert result == Busy(UNTIL + 1)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(), PortUnavailable),
        (Refusal("ThrottlingException"), PortUnavailable),
        (silent(), OutcomeUnknown),
        (OK, OutcomeUnknown),
        ({"Attributes": {}}, OutcomeUnknown),
    ],
)
def test_table_that_fails_is_an_error(answer: Answer, kind: type[PortError]) -> None:
    assert type(acquire(answer)[0]) is kind
    assert type(acquire(refusal("me", NOW, 7), answer)[0]) is kind


@pytest.mark.parametrize("answer", [refused(), silent(), Refusal("AccessDeniedException"), OK])
def test_release_never_raises(answer: Answer) -> None:
    client, script = dynamodb(answer)
    DynamoLockCache(client, "locks", source="locks", clock=VirtualClock(NOW)).release(["a", "b"], "me")
    assert len(script.asked) == 2


@pytest.fixture
def client(ministack: Backend) -> Callable[[], DynamoDBClient]:
    return tables(ministack)


@pytest.fixture
def table(client: Callable[[], DynamoDBClient]) -> str:
    return new_table(client, schemas.CACHE)


@pytest.fixture
def lock(client: Callable[[], DynamoDBClient], table: str) -> DynamoLockCache:
    return DynamoLockCache(client, table, source=SOURCE, clock=VirtualClock(NOW))


def item(client: Callable[[], DynamoDBClient], table: str) -> dict[str, AttributeValueTypeDef]:
    (only,) = client().scan(TableName=table, ConsistentRead=True)["Items"]
    return only


def test_item_may_be_forgotten_a_day_after_the_lease(
    lock: DynamoLockCache, client: Callable[[], DynamoDBClient], table: str
) -> None:
    lock.acquire(["k"], "me", UNTIL)
    assert item(client, table)["timeout"] == {"N": str(int(UNTIL) + 1 + 86_400)}


def test_release_keeps_the_item_lest_the_fence_begins_anew(
    lock: DynamoLockCache, client: Callable[[], DynamoDBClient], table: str
) -> None:
    lock.acquire(["k"], "me", UNTIL)
    lock.release(["k"], "me")
    assert item(client, table)["fence"] == {"N": "1"}
    assert list(lock.acquire(["k"], "you", UNTIL)) == [Lease(2)]


def test_owner_whom_nobody_followed_keeps_its_fence(lock: DynamoLockCache) -> None:
    """The key did not change hands, though the lease was over."""
    lock.acquire(["ended", "released"], "me", NOW)
    lock.release(["released"], "me")
    assert list(lock.acquire(["ended", "released"], "me", UNTIL)) == [Lease(1), Lease(1)]


def test_release_of_an_unknown_key_makes_no_item(
    lock: DynamoLockCache, client: Callable[[], DynamoDBClient], table: str
) -> None:
    lock.release(["k"], "me")
    assert client().scan(TableName=table)["Items"] == []


def test_items_of_the_original_framework_are_no_leases_and_stay(
    lock: DynamoLockCache, client: Callable[[], DynamoDBClient], table: str
) -> None:
    old: dict[str, AttributeValueTypeDef] = {"ckey": {"S": "lease-k"}, "lease_state": {"S": "leased"}}
    client().put_item(TableName=table, Item=old)
    assert list(lock.acquire(["lease-k", "k"], "me", UNTIL)) == [Lease(1), Lease(1)]
    assert client().get_item(TableName=table, Key={"ckey": {"S": "lease-k"}}).get("Item") == old


def test_key_of_any_length_is_taken(lock: DynamoLockCache) -> None:
    long = "ž" * 3000
    assert list(lock.acquire([long, long + "x", ""], "me", UNTIL)) == [Lease(1)] * 3
    assert list(lock.acquire([long], "you", UNTIL)) == [Busy(UNTIL)]


def test_lease_without_an_end_is_taken(lock: DynamoLockCache) -> None:
    assert list(lock.acquire(["k"], "me", float("inf"))) == [Lease(1)]
    assert isinstance(lock.acquire(["k"], "you", UNTIL)[0], Busy)
