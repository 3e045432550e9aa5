"""Queues, topics and streams, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters._wire.message import decode
from fsm_adapters.kinesis.event_bus import KinesisEventBus
from fsm_adapters.sns.event_bus import SnsEventBus
from fsm_adapters.sqs.event_bus import SqsEventBus
from fsm_adapters.sqs.message_source import SqsMessageSource
from fsm_adapters.system.random import SystemRandom
from fsm_ports import (
    ACK,
    Instance,
)
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.contract.faulted.service import SOURCE, Service, deliveries, name_of, sending
from tests.contract.kinesis_streams import wait_active


def a_queue(backend: Backend, name: str) -> str:
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    return shared_clients(backend).sqs()().create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]  # type: ignore[arg-type]  # an empty one is one


def in_queue(backend: Backend, queue: str) -> set[str]:
    """Ids in all messages, which are gone then."""
    source = poll(backend, queue)
    found: set[str] = set()
    while got := deliveries(source, backend.clock):
        source.settle(got, [ACK] * len(got))
        found |= {name_of(delivery) for delivery in got}
    return found


def poll(backend: Backend, queue: str) -> SqsMessageSource:
    return SqsMessageSource(shared_clients(backend).sqs(), queue, source=SOURCE, clock=backend.clock, wait_seconds=0.0)


def sqs(queue_name: str, backend: Backend, names: Sequence[str]) -> Service:
    client, queue = shared_clients(backend).sqs(), a_queue(backend, queue_name)
    bus = SqsEventBus(client, queue, source=SOURCE, clock=backend.clock, random=SystemRandom())
    return sending(bus, lambda: in_queue(backend, queue), client())


def sns(backend: Backend, names: Sequence[str]) -> Service:
    client, queue = shared_clients(backend).sns(), a_queue(backend, "orders")
    topic = client().create_topic(Name="orders")["TopicArn"]
    attributes_ = shared_clients(backend).sqs()().get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    client().subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes_["Attributes"]["QueueArn"])
    bus = SnsEventBus(client, topic, source=SOURCE, random=SystemRandom())
    return sending(bus, lambda: in_queue(backend, queue), client())


def kinesis(backend: Backend, names: Sequence[str]) -> Service:
    client = shared_clients(backend).kinesis()
    client().create_stream(StreamName="orders", ShardCount=1)
    wait_active(client(), "orders")

    def there() -> set[str]:
        (shard,) = client().list_shards(StreamName="orders")["Shards"]
        begin = client().get_shard_iterator(
            StreamName="orders", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records = client().get_records(ShardIterator=begin["ShardIterator"], Limit=10_000)["Records"]
        messages = [decode(record["Data"].decode()) for record in records]
        return {message.correlation_id for message in messages if isinstance(message, Instance)}

    return sending(KinesisEventBus(client, "orders", source=SOURCE), there, client())
