"""Faults that are put into AWS clients are those that they are called, and take effect as they say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from tests.backends.answers import GARBAGE
from tests.backends.aws import REGION, clients, shared_clients
from tests.backends.backend import Backend
from tests.backends.faults import LOST_ANSWERS, OUTAGES, Fault, Faults, injected


@pytest.fixture
def counted_queue(ministack: Backend) -> tuple[Callable[[], None], Callable[[], int]]:
    """Sends a message; and tells how many there are."""
    sqs = shared_clients(ministack).sqs()()
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def send() -> None:
        sqs.send_message(QueueUrl=queue, MessageBody="x")

    def count() -> int:
        answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    return send, count


_RAISED: dict[Fault, type[Exception]] = {
    Fault.REFUSED: EndpointConnectionError,
    Fault.CONNECT_TIMEOUT: ConnectTimeoutError,
    Fault.READ_TIMEOUT: ReadTimeoutError,
    Fault.CLOSED: ConnectionClosedError,
    Fault.LOST: ReadTimeoutError,
    Fault.LOST_CLOSED: ConnectionClosedError,
}
_CODES = {
    Fault.SERVER_ERROR: "500",
    Fault.THROTTLED: "ThrottlingException",
    Fault.ACCESS_DENIED: "AccessDeniedException",
    Fault.NOT_FOUND: "ResourceNotFoundException",
    Fault.LOST_SERVER_ERROR: "500",
}


@pytest.mark.parametrize("fault", Fault)
def test_fault_is_what_it_is_called(
    fault: Fault, ministack: Backend, counted_queue: tuple[Callable[[], None], Callable[[], int]]
) -> None:
    send, count = counted_queue
    with injected(Faults(fault, garbage=["cut off"]), shared_clients(ministack).sqs()()) as faults:
        if fault in _RAISED:
            with pytest.raises(_RAISED[fault]):
                send()
        elif fault in _CODES:
            with pytest.raises(ClientError) as raised:
                send()
            assert raised.value.response.get("Error", {}).get("Code") == _CODES[fault]
        else:
            send()  # botocore finds nothing wrong with garbage
    assert faults.met == [("sqs.SendMessage", fault)]
    assert count() == (1 if fault in LOST_ANSWERS else 0)


def test_every_fault_is_an_outage_or_a_lost_answer() -> None:
    assert {*OUTAGES, *LOST_ANSWERS} == set(Fault)


@pytest.mark.parametrize("service", ["sns", "elasticache"])
def test_refusals_are_in_the_words_of_the_service(service: str, ministack: Backend) -> None:
    sns = shared_clients(ministack).sns()()
    elasticache = shared_clients(ministack).elasticache(REGION, attempts=1)()
    call: Callable[[], object] = sns.list_topics if service == "sns" else elasticache.describe_cache_clusters
    with injected(Faults(Fault.ACCESS_DENIED), sns, elasticache), pytest.raises(ClientError) as raised:
        call()
    answer = raised.value.response
    assert answer.get("Error", {}).get("Code") == "AccessDeniedException"
    assert answer.get("ResponseMetadata", {}).get("HTTPStatusCode") == 403


def test_a_share_of_the_requests_is_met_the_same_for_the_same_seed(ministack: Backend) -> None:
    sqs = shared_clients(ministack).sqs()()
    seen: list[list[bool]] = []
    for seed in (1, 1, 2):
        with injected(Faults(Fault.SERVER_ERROR, share=0.3, seed=seed), sqs):
            seen.append([_fails(sqs.list_queues) for _ in range(40)])
    assert seen[0] == seen[1] != seen[2]
    assert 5 <= sum(seen[0]) <= 20


def test_other_operations_and_other_times_are_not_met(ministack: Backend) -> None:
    sqs = shared_clients(ministack).sqs()()
    faults = Faults(Fault.REFUSED, operations=["sqs.ListQueues"])
    with injected(faults, sqs):
        assert _fails(sqs.list_queues)
        sqs.create_queue(QueueName="orders")
        with faults.pause():
            sqs.list_queues()
        assert _fails(sqs.list_queues)
    sqs.list_queues()
    assert len(faults.met) == 2


def test_a_client_that_repeats_gets_over_a_fault_and_its_request_takes_effect_twice(ministack: Backend) -> None:
    sqs = clients(ministack).sqs(REGION, attempts=2)()
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    with injected(Faults(Fault.LOST, times=1), sqs) as faults:
        sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert len(faults.met) == 1
    assert len(sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]) == 2


def test_clients_that_are_made_meanwhile_meet_the_faults_without_being_named(ministack: Backend) -> None:
    with injected(Faults(Fault.REFUSED)):
        sqs = clients(ministack).sqs()()
        assert _fails(sqs.list_queues)
    sqs.list_queues()


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_of_each_kind_comes_as_it_is(body: str, ministack: Backend) -> None:
    dynamodb = shared_clients(ministack).dynamodb()()
    got: list[bytes] = []

    def note(response_dict: dict[str, bytes], **_: object) -> None:
        got.append(response_dict["body"])

    dynamodb.meta.events.register("before-parse.dynamodb", note)
    with injected(Faults(Fault.GARBAGE, garbage=[body]), dynamodb):
        _fails(dynamodb.list_tables)  # some of it botocore can read, and some it cannot
    dynamodb.meta.events.unregister("before-parse.dynamodb", note)
    assert got == [GARBAGE[body]]


def _fails(call: Callable[[], object]) -> bool:
    try:
        call()
    except Exception:  # noqa: BLE001 - whatever the fault raises
        return True
    return False
