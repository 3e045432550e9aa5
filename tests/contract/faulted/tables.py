"""Tables, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fsm_adapters._wire.message import decode
from fsm_adapters.dynamodb import attributes, schemas
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.dynamodb.environment_store import DynamoEnvironmentStore
from fsm_adapters.dynamodb.event_bus import DynamoEventBus
from fsm_adapters.dynamodb.history_log import DynamoHistoryLog
from fsm_adapters.dynamodb.lock_cache import DynamoLockCache
from fsm_adapters.dynamodb.record_bus import DynamoRecordBus
from fsm_adapters.dynamodb.retry_scheduler import DynamoRetryScheduler
from fsm_adapters.dynamodb.types import Item
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import (
    Commit,
    Happened,
    HistoryEntry,
    Instance,
    Status,
)
from fsm_ports.writes import Fail
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import new_table
from tests.contract.faulted.service import NOW, SOURCE, Service, sending


class Table(NamedTuple):
    backend: Backend
    name: str

    def items(self) -> Sequence[Item]:
        client = shared_clients(self.backend).dynamodb()()
        return [item for page in client.get_paginator("scan").paginate(TableName=self.name) for item in page["Items"]]

    def texts(self, attribute: str) -> set[str]:
        return {item[attribute].get("S", "") for item in self.items() if attribute in item}


def a_table(backend: Backend, schema: schemas.TableSchema) -> Table:
    return Table(backend, new_table(shared_clients(backend).dynamodb(), schema))


def table_bus(backend: Backend, names: Sequence[str]) -> Service:
    client, table = shared_clients(backend).dynamodb(), a_table(backend, schemas.STREAM)
    bus = DynamoEventBus(client, table.name, source=SOURCE, clock=VirtualClock(NOW), random=SystemRandom())
    return sending(bus, lambda: table.texts(attributes.CORRELATION_ID), client())


def retries(backend: Backend, names: Sequence[str]) -> Service:
    client, table = shared_clients(backend).dynamodb(), a_table(backend, schemas.RETRY)
    bus = DynamoRetryScheduler(client, table.name, source=SOURCE, clock=VirtualClock(NOW), random=SystemRandom())

    def there() -> set[str]:
        messages = [decode(text) for text in table.texts(attributes.PAYLOAD)]
        return {message.correlation_id for message in messages if isinstance(message, Instance)}

    return sending(bus, there, client())


def record_bus(backend: Backend, names: Sequence[str]) -> Service:
    client, table = shared_clients(backend).dynamodb(), a_table(backend, schemas.CHECKPOINT)
    store = a_store(backend, table)
    store.commit([Commit(samples.record(name, NOW)) for name in names])
    bus = DynamoRecordBus(client, table.name, source=SOURCE, clock=VirtualClock(NOW), random=SystemRandom())

    def sent() -> set[str]:
        """Records that have an `emit`."""
        return {item[attributes.CORRELATION_ID].get("S", "") for item in table.items() if "emit" in item}

    return sending(bus, sent, client())


def a_store(backend: Backend, table: Table) -> DynamoCheckpointStore:
    client, clock, random = shared_clients(backend).dynamodb(), VirtualClock(NOW), SystemRandom()
    return DynamoCheckpointStore(client, table.name, source=SOURCE, clock=clock, random=random)


def commits(backend: Backend, names: Sequence[str]) -> Service:
    table = a_table(backend, schemas.CHECKPOINT)
    store = a_store(backend, table)

    def put(names: Sequence[str]) -> Sequence[object]:
        return store.commit([Commit(samples.record(name, NOW)) for name in names])

    client = shared_clients(backend).dynamodb()()
    return Service(put, lambda: table.texts(attributes.CORRELATION_ID), client)


def marks(backend: Backend, names: Sequence[str]) -> Service:
    table = a_table(backend, schemas.CHECKPOINT)
    store = a_store(backend, table)
    store.commit([Commit(samples.record(name, NOW)) for name in names])

    def failed() -> set[str]:
        records = store.read(names)
        return {r.correlation_id for r in records if isinstance(r, Instance) and r.status is Status.FAILED}

    def put(names: Sequence[str]) -> Sequence[object]:
        return store.mark([Fail(name, 0, "an error", NOW) for name in names])

    return Service(put, failed, shared_clients(backend).dynamodb()())


def leases(backend: Backend, names: Sequence[str]) -> Service:
    client, table = shared_clients(backend).dynamodb(), a_table(backend, schemas.CACHE)
    locks = DynamoLockCache(client, table.name, source=SOURCE, clock=VirtualClock(NOW))

    def taken() -> set[str]:
        return {key.partition(":")[2] for key in table.texts(attributes.CKEY)}

    return Service(lambda names: locks.acquire(names, "me", NOW + 30), taken, client())


def environments(backend: Backend, names: Sequence[str]) -> Service:
    client, table = shared_clients(backend).dynamodb(), a_table(backend, schemas.ENVIRONMENT)
    store = DynamoEnvironmentStore(client, table.name, source=SOURCE, clock=VirtualClock(NOW))

    def put(names: Sequence[str]) -> Sequence[object]:
        return [store.put(name, {"A": "1"}, NOW + 30) for name in names]

    return Service(put, lambda: table.texts(attributes.GUID), client())


def history(backend: Backend, names: Sequence[str]) -> Service:
    client, table = shared_clients(backend).dynamodb(), a_table(backend, schemas.HISTORY)
    log = DynamoHistoryLog(client, table.name, source=SOURCE)

    def put(names: Sequence[str]) -> Sequence[object]:
        return log.append(
            [HistoryEntry(name, 1, NOW, Happened.STEP, "orders", "s", "e", Status.RUNNING) for name in names]
        )

    return Service(put, lambda: table.texts(attributes.CORRELATION_ID), client())
