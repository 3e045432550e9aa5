"""SQS queues, standard and FIFO, keep the contracts of their ports on both emulators."""

from __future__ import annotations

import pytest

from fsm_adapters.sqs.event_bus import SqsEventBus
from fsm_adapters.sqs.message_source import SqsMessageSource
from fsm_adapters.sqs.retry_scheduler import SqsRetryScheduler
from fsm_adapters.system.random import SystemRandom
from fsm_contract import EventBusContract, MessageSourceContract, RetrySchedulerContract, RetrySubject, RoadSubject
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend


def a_queue(aws: Backend, name: str = "orders") -> RetrySubject:
    client = shared_clients(aws).sqs()
    if name.endswith(".fifo"):
        url = client().create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]
    else:
        url = client().create_queue(QueueName=name)["QueueUrl"]
    return RetrySubject(
        clock=aws.clock,
        patience=2.0,
        look_every=1.0,
        bus=SqsRetryScheduler(client, url, source=f"sqs:{name}", clock=aws.clock, random=SystemRandom()),
        source=SqsMessageSource(client, url, source=f"sqs:{name}", clock=aws.clock, wait_seconds=0.0),
    )


class TestSqsRetryScheduler(RetrySchedulerContract):
    adapter = SqsRetryScheduler

    @pytest.fixture
    def subject(self, aws: Backend) -> RetrySubject:
        return a_queue(aws)


class TestSqsMessageSource(MessageSourceContract):
    adapter = SqsMessageSource

    @pytest.fixture
    def subject(self, aws: Backend) -> RetrySubject:
        return a_queue(aws)


class TestFifoQueueAsRetryScheduler(RetrySchedulerContract):
    adapter = SqsRetryScheduler

    @pytest.fixture
    def subject(self, aws: Backend) -> RetrySubject:
        return a_queue(aws, "orders.fifo")


class TestFifoQueueAsMessageSource(MessageSourceContract):
    adapter = SqsMessageSource

    @pytest.fixture
    def subject(self, aws: Backend) -> RetrySubject:
        return a_queue(aws, "orders.fifo")


class TestSqsEventBus(EventBusContract):
    adapter = SqsEventBus

    @pytest.fixture
    def subject(self, aws: Backend) -> RoadSubject:
        source, client = a_queue(aws).source, shared_clients(aws).sqs()
        url = client().get_queue_url(QueueName="orders")["QueueUrl"]
        bus = SqsEventBus(client, url, source="sqs:orders", clock=aws.clock, random=SystemRandom())
        return RoadSubject(clock=aws.clock, patience=2.0, look_every=1.0, bus=bus, source=source)
