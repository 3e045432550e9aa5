"""Deliveries that are settled or extended, and which of them come again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from botocore.client import BaseClient

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.retry_scheduler import DynamoRetryScheduler
from fsm_adapters.dynamodb.retry_source import DynamoRetrySource
from fsm_adapters.sqs.event_bus import SqsEventBus
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import (
    ACK,
    Clock,
    Delivery,
    EventBus,
    MessageSource,
    Outgoing,
)
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.contract.faulted.roads import a_queue, poll
from tests.contract.faulted.service import HELD, NOW, SOURCE, Service, deliveries, name_of
from tests.contract.faulted.tables import a_table


class Road(NamedTuple):
    bus: EventBus
    source: MessageSource
    clock: Clock
    client: BaseClient


def queue_road(backend: Backend) -> Road:
    client, queue = shared_clients(backend).sqs(), a_queue(backend, "orders")
    bus = SqsEventBus(client, queue, source=SOURCE, clock=backend.clock, random=SystemRandom())
    return Road(bus, poll(backend, queue), backend.clock, client())


def retry_road(backend: Backend) -> Road:
    client, table, clock = shared_clients(backend).dynamodb(), a_table(backend, schemas.RETRY), VirtualClock(NOW)
    random = SystemRandom()
    bus = DynamoRetryScheduler(client, table.name, source=SOURCE, clock=clock, random=random, shards=2)
    source = DynamoRetrySource(client, table.name, source=SOURCE, clock=clock, random=random, owner="me", shards=2)
    return Road(bus, source, clock, client())


def acknowledged(of: Callable[[Backend], Road], backend: Backend, names: Sequence[str]) -> Service:
    """Deliveries that are forgotten."""
    road, held = _held(of(backend), names)

    def put(names: Sequence[str]) -> Sequence[object]:
        return road.source.settle([held[name] for name in names], [ACK] * len(names))

    return Service(put, lambda: {*names} - _due_later(road), road.client)


def extended(of: Callable[[Backend], Road], backend: Backend, names: Sequence[str]) -> Service:
    """Deliveries that stay hidden."""
    road, held = _held(of(backend), names)

    def put(names: Sequence[str]) -> Sequence[object]:
        return road.source.extend([held[name] for name in names], road.clock.now() + 100 * HELD)

    return Service(put, lambda: {*names} - _due_later(road), road.client)


def _held(road: Road, names: Sequence[str]) -> tuple[Road, Mapping[str, Delivery]]:
    assert not any(road.bus.send([Outgoing(samples.record(name, road.clock.now())) for name in names]))
    held = {name_of(delivery): delivery for delivery in deliveries(road.source, road.clock)}
    assert {*held} == {*names}
    return road, held


def _due_later(road: Road) -> set[str]:
    road.clock.sleep(2 * HELD)
    return {name_of(delivery) for delivery in deliveries(road.source, road.clock)}
