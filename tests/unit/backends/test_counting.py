"""Counting the requests of AWS clients."""

from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.backends.aws import REGION, clients, shared_clients
from tests.backends.backend import Backend
from tests.backends.counting import counted
from tests.backends.faults import Fault, Faults, injected


def test_requests_are_counted_by_service_and_operation(ministack: Backend) -> None:
    sqs, sns = shared_clients(ministack).sqs()(), shared_clients(ministack).sns()()
    with counted(sqs, sns) as calls:
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        for _ in range(2):
            sqs.send_message(QueueUrl=queue, MessageBody="x")
        sns.create_topic(Name="orders")
    assert calls.by_operation == {"sqs.CreateQueue": 1, "sqs.SendMessage": 2, "sns.CreateTopic": 1}
    assert [calls.total(), calls.total("sqs"), calls.total("sqs.SendMessage", "sns"), calls.total("ecs")] == [
        4,
        3,
        3,
        0,
    ]


def test_requests_of_other_clients_and_of_other_times_are_not_counted(ministack: Backend) -> None:
    sqs, sns = shared_clients(ministack).sqs()(), shared_clients(ministack).sns()()
    with counted(sns) as calls:
        sqs.list_queues()
    sns.list_topics()
    assert calls.total() == 0


def test_every_attempt_is_counted_also_one_that_is_not_sent(ministack: Backend) -> None:
    sqs = clients(ministack).sqs(REGION, attempts=2)()
    refusing = Faults(Fault.REFUSED)
    with injected(refusing, sqs), counted(sqs) as calls, pytest.raises(EndpointConnectionError):
        sqs.list_queues()
    assert calls.total("sqs.ListQueues") == len(refusing.met) == 2


def test_clients_that_are_made_meanwhile_are_counted_without_being_named(ministack: Backend) -> None:
    with counted() as calls:
        sqs = clients(ministack).sqs()()
        sqs.list_queues()
        assert calls.total() == 1
        calls.clear()
        sqs.list_queues()
    sqs.list_queues()
    clients(ministack).sqs()().list_queues()
    assert calls.by_operation == {"sqs.ListQueues": 1}
