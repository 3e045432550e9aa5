"""Clients of AWS services are made when first used, once, with time-outs and attempts as asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest
from botocore.client import BaseClient

from fsm_adapters._aws.clients import CONNECTIONS, AwsClients, Once
from fsm_contract.suite import at_once

CREDENTIALS = ("key", "secret")
SERVICES: dict[str, Callable[[AwsClients], Callable[[], BaseClient]]] = {
    "sqs": AwsClients.sqs,
    "sns": AwsClients.sns,
    "kinesis": AwsClients.kinesis,
    "dynamodb": AwsClients.dynamodb,
    "dynamodbstreams": AwsClients.dynamodbstreams,
    "cloudwatch": AwsClients.cloudwatch,
    "ecs": AwsClients.ecs,
    "elasticache": AwsClients.elasticache,
    "lambda": AwsClients.function,
}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_its_client(service: str) -> None:
    client = SERVICES[service](AwsClients("eu-west-1", credentials=CREDENTIALS))()
    assert client.meta.service_model.service_name == service
    assert client.meta.region_name == "eu-west-1"


def test_client_has_the_time_outs_and_attempts_that_were_asked_for() -> None:
    made = AwsClients("eu-west-1", connect_timeout=0.25, read_timeout=0.5, credentials=CREDENTIALS)
    once, twice = made.sqs()().meta.config, made.sqs(attempts=2)().meta.config
    assert (once.connect_timeout, once.read_timeout) == (0.25, 0.5)  # type: ignore[attr-defined]  # the stubs lack them
    assert [config.retries["total_max_attempts"] for config in (once, twice)] == [1, 2]  # type: ignore[attr-defined]  # as above
    assert once.max_pool_connections == CONNECTIONS  # type: ignore[attr-defined]  # as above


def test_a_wish_is_one_client_and_another_wish_another() -> None:
    made = AwsClients("eu-west-1", credentials=CREDENTIALS)
    assert made.sqs()() is made.sqs()()
    assert made.sqs()() is not made.sqs("eu-west-2")()
    assert made.sqs()() is not made.sqs(attempts=2)()
    assert made.sqs("eu-west-2")().meta.region_name == "eu-west-2"


def test_endpoint_is_the_one_that_was_given() -> None:
    made = AwsClients("eu-west-1", endpoint_url="http://127.0.0.1:1", credentials=CREDENTIALS)
    assert made.dynamodb()().meta.endpoint_url == "http://127.0.0.1:1"


def test_nothing_is_made_before_it_is_used() -> None:
    AwsClients(endpoint_url="no endpoint").sqs()


def test_threads_that_ask_at_one_moment_get_one_object() -> None:
    made: list[object] = []
    gate = Barrier(8)

    def make() -> object:
        made.append(object())
        return made[-1]

    once = Once(make)

    def ask(_: int) -> object:
        gate.wait(30)
        return once()

    assert len(set(map(id, at_once(8, ask)))) == len(made) == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("client")
        if len(made) == 1:
            raise ValueError("no region")
        return made[-1]

    once = Once(make)
    with pytest.raises(ValueError, match="no region"):
        once()
    assert once() == once() == "client"
