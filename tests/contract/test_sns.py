"""SNS topics, received through a queue that subscribes, keep the contracts of their ports on both emulators."""

from __future__ import annotations

import json

import pytest

from fsm_adapters.sns.event_bus import SnsEventBus
from fsm_adapters.sns.message_source import SnsMessageSource
from fsm_adapters.sns.retry_scheduler import SnsRetryScheduler
from fsm_adapters.sqs.message_source import SqsMessageSource
from fsm_adapters.system.random import SystemRandom
from fsm_contract import EventBusContract, MessageSourceContract, RetrySchedulerContract, RetrySubject, RoadSubject
from fsm_ports import PortUnavailable
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend


def subscribed(aws: Backend, name: str = "orders", *, raw: bool = True) -> tuple[str, str]:
    """A topic's ARN, and the URL of a queue that gets its messages."""
    sns, sqs = shared_clients(aws).sns()(), shared_clients(aws).sqs()()
    is_fifo = name.endswith(".fifo")
    topic = sns.create_topic(Name=name, Attributes={"FifoTopic": "true"} if is_fifo else {})["TopicArn"]
    queue = sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if is_fifo else {})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    delivery = {"RawMessageDelivery": json.dumps(raw)}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=delivery)
    return topic, queue


def a_topic(aws: Backend, name: str = "orders", *, raw: bool = True) -> RetrySubject:
    topic, queue = subscribed(aws, name, raw=raw)
    bus = SnsRetryScheduler(shared_clients(aws).sns(), topic, source=f"sns:{name}", random=SystemRandom())
    source = SqsMessageSource(shared_clients(aws).sqs(), queue, source=f"sqs:{name}", clock=aws.clock, wait_seconds=0.0)
    return RetrySubject(clock=aws.clock, patience=2.0, look_every=1.0, bus=bus, source=source)


class TestSnsEventBus(EventBusContract):
    adapter = SnsEventBus

    @pytest.fixture
    def subject(self, aws: Backend) -> RoadSubject:
        topic, queue = subscribed(aws)
        bus = SnsEventBus(shared_clients(aws).sns(), topic, source="sns:orders", random=SystemRandom())
        source = SqsMessageSource(
            shared_clients(aws).sqs(), queue, source="sqs:orders", clock=aws.clock, wait_seconds=0.0
        )
        return RoadSubject(clock=aws.clock, patience=2.0, look_every=1.0, bus=bus, source=source)


class TestSnsRetryScheduler(RetrySchedulerContract):
    adapter = SnsRetryScheduler

    @pytest.fixture(params=[True, False], ids=["raw", "wrapped"])
    def subject(self, aws: Backend, request: pytest.FixtureRequest) -> RetrySubject:
        return a_topic(aws, raw=request.param)


class TestFifoTopic(RetrySchedulerContract):
    adapter = SnsRetryScheduler

    @pytest.fixture
    def subject(self, aws: Backend) -> RetrySubject:
        return a_topic(aws, "orders.fifo")


class TestQueueOfATopic(MessageSourceContract):
    adapter = SnsMessageSource

    @pytest.fixture
    def subject(self, aws: Backend) -> RoadSubject:
        def poll(queue: str) -> SqsMessageSource:
            url = shared_clients(aws).sqs()().get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"]
            return SqsMessageSource(shared_clients(aws).sqs(), url, source=queue, clock=aws.clock, wait_seconds=0.0)

        topic, _ = subscribed(aws)
        bus = SnsEventBus(shared_clients(aws).sns(), topic, source="sns:orders", random=SystemRandom())
        source = SnsMessageSource(shared_clients(aws).sns(), topic, poll, source="sns:orders")
        return RoadSubject(clock=aws.clock, patience=2.0, look_every=1.0, bus=bus, source=source)


def test_a_topic_without_a_queue_says_what_to_do(aws: Backend) -> None:
    topic = shared_clients(aws).sns()().create_topic(Name="lonely")["TopicArn"]
    source = SnsMessageSource(shared_clients(aws).sns(), topic, _no_queue, source="sns:lonely")
    answer = source.receive(1, aws.clock.now() + 30)
    assert isinstance(answer, PortUnavailable)
    assert "fsm resources create" in str(answer)


def _no_queue(queue: str) -> SqsMessageSource:
    raise AssertionError(queue)
