"""A source of retries when the table fails it."""

from __future__ import annotations

from typing import cast

import pytest

from fsm_adapters.dynamodb.retry_claims import Receipt
from fsm_adapters.dynamodb.retry_source import DynamoRetrySource
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_ports import ACK, NACK, Delivery, Outcome, OutcomeUnknown, PortError, PortRejected, PortUnavailable, Unreadable
from tests.unit.fsm_adapters.dynamodb.scripted import dynamodb
from tests.unit.fsm_adapters.scripted_aws import OK, Answer, Refusal, Script, refused, silent

NOW = 1_700_000_000.25
NOBODY: Answer = {"Items": [], "Count": 0}
CLAIMED: Answer = {"Attributes": {}}


def an_item(key: str = "a-1#0#+n") -> dict[str, dict[str, str]]:
    return {
        "partition": {"N": "0"},
        "correlation_id_steps": {"S": key},
        "run_at": {"N": str(NOW)},
        "payload": {"S": "{"},
        "nonce": {"S": f"nonce-{key}"},
    }


def found(*keys: str) -> Answer:
    return {"Items": [an_item(key) for key in keys], "Count": len(keys)}


def a_source(*answers: Answer, shards: int = 1) -> tuple[DynamoRetrySource, Script]:
    client, script = dynamodb(*answers)
    source = DynamoRetrySource(
        client, "retries", source="retries", clock=VirtualClock(NOW), random=SeededRandom(1), owner="me", shards=shards
    )
    return source, script


def receive(*answers: Answer, shards: int = 1) -> tuple[list[Delivery] | PortError, Script]:
    source, script = a_source(*answers, shards=shards)
    got = source.receive(10, NOW + 100)
    return (got if isinstance(got, PortError) else list(got)), script


def held() -> Delivery:
    return Delivery(Unreadable("{", ""), Receipt("0", "a-1", "nonce", "me:1"), "p")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(), PortUnavailable),
        (Refusal("ProvisionedThroughputExceededException"), PortUnavailable),
        (silent(), OutcomeUnknown),
        (Refusal("InternalServerError", status=500), OutcomeUnknown),
        (OK, OutcomeUnknown),
    ],
)
def test_table_that_cannot_be_read_is_an_error_and_is_asked_no_further(answer: Answer, kind: type[PortError]) -> None:
    got, script = receive(answer, shards=16)
    assert type(got) is kind
    assert len(script.of("Query")) <= 4


def test_query_is_consistent_and_of_what_is_due() -> None:
    _, script = receive(NOBODY, shards=16)
    queries = script.of("Query")
    assert len(queries) == 16
    assert all(query["ConsistentRead"] is True and query["IndexName"] == "retries" for query in queries)
    values = [cast("dict[str, dict[str, str]]", query["ExpressionAttributeValues"]) for query in queries]
    assert sorted(int(value[":shard"]["N"]) for value in values) == list(range(16))
    assert {value[":now"]["N"] for value in values} == {repr(NOW)}


def test_what_was_claimed_before_a_claim_failed_is_handed_out() -> None:
    got, _ = receive(found("a", "b"), CLAIMED, refused())
    assert isinstance(got, list)
    assert len(got) == 1


def test_entry_that_may_have_killed_its_holder_joins_no_others_that_are_out_already() -> None:
    """Two are claimed, one of them is lost to another timer, and what makes up for it must be none of that kind."""
    suspect = {**an_item("c"), "claim": {"S": "you:1"}}
    page: Answer = {"Items": [an_item("a"), an_item("b"), suspect], "Count": 3}
    source, _ = a_source(page, CLAIMED, Refusal("ConditionalCheckFailedException"), CLAIMED)
    got = source.receive(2, NOW + 100)
    assert not isinstance(got, PortError)
    assert [d.maybe_died for d in got] == [False]


@pytest.mark.parametrize("answer", [refused(), silent(), OK])
def test_claim_that_may_have_failed_hands_nothing_out(answer: Answer) -> None:
    got, _ = receive(found("a"), answer)
    assert isinstance(got, PortUnavailable | OutcomeUnknown)


def test_entry_that_somebody_else_claimed_is_left_to_them() -> None:
    got, _ = receive(found("a"), Refusal("ConditionalCheckFailedException", Item={"claim": {"S": "you:1"}}))
    assert got == []


def test_claim_of_whose_success_the_driver_never_heard_is_ours() -> None:
    """The driver sent it again, and was refused: by its own first."""
    ours = f"me:{SeededRandom(1).id()}"
    source, script = a_source(found("a"), Refusal("ConditionalCheckFailedException", Item={"claim": {"S": ours}}))
    got = source.receive(1, NOW + 100)
    assert not isinstance(got, PortError)
    assert [d.position for d in got] == ["retry:retries:0:a:nonce-a"]
    assert len(script.of("UpdateItem")) == 1


def test_entry_without_a_payload_is_unreadable() -> None:
    item = an_item()
    del item["payload"]
    got, _ = receive({"Items": [item], "Count": 1}, CLAIMED)
    assert isinstance(got, list)
    assert isinstance(got[0].message, Unreadable)


@pytest.mark.parametrize("outcome", [ACK, NACK])
def test_settling_that_fails_says_so(outcome: Outcome) -> None:
    source, _ = a_source(refused())
    (result,) = source.settle([held()], [outcome])
    assert isinstance(result, PortUnavailable)


def test_settling_of_which_nobody_heard_may_be_repeated() -> None:
    source, _ = a_source(silent())
    (result,) = source.settle([held()], [ACK])
    assert isinstance(result, OutcomeUnknown)
    source, _ = a_source(Refusal("ConditionalCheckFailedException"))
    assert list(source.settle([held()], [ACK])) == [None]


def test_extending_says_what_failed() -> None:
    source, _ = a_source(refused())
    assert isinstance(source.extend([held()], NOW)[0], PortUnavailable)
    source, _ = a_source(Refusal("ConditionalCheckFailedException"))
    assert isinstance(source.extend([held()], NOW)[0], PortRejected)
