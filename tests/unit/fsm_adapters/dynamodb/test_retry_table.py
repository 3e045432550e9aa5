"""Entries of a retry table: what takes whose place, who gets what, and what the original framework left there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.conditional import Unmet
from fsm_adapters.dynamodb.retry_claims import Receipt, RetryClaims
from fsm_adapters.dynamodb.retry_entries import entry_of
from fsm_adapters.dynamodb.retry_scheduler import DynamoRetryScheduler
from fsm_adapters.dynamodb.retry_source import DynamoRetrySource
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import samples
from fsm_ports import (
    ACK,
    NACK,
    Defer,
    Delivery,
    Instance,
    Outcome,
    Outgoing,
    PortError,
    PortRejected,
    Random,
    Unreadable,
)
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import SOURCE, new_table, tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

NOW = 1_700_000_000.25


@dataclass
class RetryTable:
    """A table with its two ends."""

    client: Callable[[], DynamoDBClient]
    name: str
    clock: VirtualClock
    random: Random

    def a_source(self, owner: str = "a timer") -> DynamoRetrySource:
        return DynamoRetrySource(
            self.client, self.name, source=SOURCE, clock=self.clock, random=self.random, owner=owner
        )

    def send(self, *messages: Instance | Unreadable, not_before: float = 0.0) -> None:
        bus = DynamoRetryScheduler(self.client, self.name, source=SOURCE, clock=self.clock, random=self.random)
        sent = bus.send([Outgoing(message, not_before) for message in messages])
        assert list(sent) == [None] * len(messages)

    def receive(self, limit: int = 10, held: float = 100.0) -> Sequence[Delivery]:
        got = self.a_source().receive(limit, self.clock.now() + held)
        assert not isinstance(got, PortError)
        return got

    def settle(self, delivery: Delivery, outcome: Outcome) -> None:
        assert list(self.a_source().settle([delivery], [outcome])) == [None]

    def items(self) -> list[dict[str, AttributeValueTypeDef]]:
        return self.client().scan(TableName=self.name, ConsistentRead=True)["Items"]


@pytest.fixture
def table(ministack: Backend) -> RetryTable:
    client = tables(ministack)
    return RetryTable(client, new_table(client, schemas.RETRY), VirtualClock(NOW), SeededRandom(1))


def a_retry(name: str = "a", retries: int = 1, position: str = "p-1") -> Instance:
    return samples.record(name, NOW, 3)._replace(retries=retries, position=position)


def message_ids(deliveries: Sequence[Delivery]) -> list[str]:
    return sorted(d.message.correlation_id for d in deliveries if isinstance(d.message, Instance))


def test_same_position_and_retry_number_take_one_place_with_the_later_time(table: RetryTable) -> None:
    table.send(a_retry())
    table.send(a_retry(), not_before=NOW + 50)
    assert table.receive() == []
    table.clock.advance(50)
    assert message_ids(table.receive()) == ["a"]


def test_another_retry_number_another_position_and_none_at_all_take_a_place_each(table: RetryTable) -> None:
    table.send(a_retry(), a_retry(retries=2), a_retry(position="p-2"), a_retry(position=""), a_retry(position=""))
    assert len(table.receive()) == 5


def test_unreadable_messages_take_a_place_each(table: RetryTable) -> None:
    table.send(Unreadable("{", "cut off"), Unreadable("{", "cut off"))
    assert len(table.receive()) == 2


def test_done_with_an_entry_forgets_nothing_that_has_taken_its_place(table: RetryTable) -> None:
    """Else a machine would be lost: the newer entry is the only message for it."""
    table.send(a_retry())
    (held,) = table.receive()
    table.send(a_retry(), not_before=NOW + 50)
    for outcome in (ACK, NACK, Defer(NOW + 900)):
        table.settle(held, outcome)
    (extended,) = table.a_source().extend([held], NOW + 900)
    assert isinstance(extended, PortRejected)
    table.clock.advance(50)
    (delivery,) = table.receive()
    assert (delivery.maybe_died, delivery.received) == (False, 1)


def test_claim_on_an_entry_is_none_on_what_has_taken_its_place_under_the_same_token(table: RetryTable) -> None:
    """One look at the table may claim both, one after the other."""
    claims, receipts = RetryClaims(table.client, table.name, SOURCE), list[Receipt]()
    for _ in range(2):
        table.send(a_retry())
        receipt = claims.claim(entry_of(table.items()[0]), "one token", NOW + 100, "")
        assert isinstance(receipt, Receipt)
        receipts.append(receipt)
    assert isinstance(claims.forget(receipts[0]), Unmet)
    assert isinstance(claims.free(receipts[0], NOW), Unmet)
    assert claims.forget(receipts[1]) is None


def test_entry_of_the_original_framework_is_delivered_once_and_forgotten(table: RetryTable) -> None:
    payload = (
        '{"version": "0.1", "system_context": {"machine_name": "orders", "current_state": "s", "current_event": "e", \
"correlation_id": "old", "steps": 2, "retries": 1, "started_at": 1600000000}, "user_context": {}}'
    )
    partition = int(sha256(b"old").hexdigest(), 16) % 16
    table.client().put_item(
        TableName=table.name,
        Item={
            "partition": {"N": str(partition)},
            "correlation_id_steps": {"S": "old-2"},
            "run_at": {"N": str(int(NOW))},
            "payload": {"S": payload},
        },
    )
    (first,) = table.receive(held=10)
    assert message_ids([first]) == ["old"]
    table.clock.advance(10)
    (second,) = table.receive()
    assert second.position == first.position
    assert (second.maybe_died, second.received) == (True, 2)
    table.settle(second, ACK)
    assert table.items() == []


def test_entry_lies_where_the_original_framework_looks_for_it(table: RetryTable) -> None:
    table.send(a_retry("order-7"), not_before=NOW + 9)
    (item,) = table.items()
    assert item["partition"] == {"N": str(int(sha256(b"order-7").hexdigest(), 16) % 16)}
    assert item["run_at"] == {"N": repr(NOW + 9)}
    assert item["correlation_id_steps"].get("S", "").startswith("order-7-3#")


def test_long_names_make_keys_that_the_service_takes(table: RetryTable) -> None:
    table.send(a_retry("ž" * 2000, position="q" * 5000), a_retry("ž" * 2000, position="r" * 5000))
    assert len(table.receive()) == 2


def test_position_names_table_partition_key_and_entry(table: RetryTable) -> None:
    table.send(a_retry())
    (item,) = table.items()
    (delivery,) = table.receive()
    parts = (item["partition"].get("N"), item["correlation_id_steps"].get("S"), item["nonce"].get("S"))
    assert delivery.position == "retry:{}:{}:{}:{}".format(table.name, *parts)


def test_late_entry_tells_of_no_death_since_claims_do(table: RetryTable) -> None:
    """A timer ticks once a minute, so every entry is late."""
    table.send(a_retry("a"), a_retry("b"))
    table.clock.advance(3600)
    assert [d.maybe_died for d in table.receive()] == [False, False]


@pytest.mark.parametrize("outcome", [NACK, Defer(NOW + 2)])
def test_holder_that_settled_has_not_died(table: RetryTable, outcome: Outcome) -> None:
    table.send(a_retry())
    (held,) = table.receive()
    table.settle(held, outcome)
    table.clock.advance(2)
    (again,) = table.receive()
    assert (again.maybe_died, again.received) == (False, 2)


def test_entries_of_a_dead_holder_come_one_by_one_and_hold_up_no_others_for_ever(table: RetryTable) -> None:
    table.send(*(a_retry(f"old-{n}") for n in range(6)))
    assert len(table.receive(held=10)) == 6
    table.clock.advance(10)
    table.send(*(a_retry(f"new-{n}") for n in range(12)))
    got: list[str] = []
    for _ in count():
        batch = table.receive(limit=5)
        if not batch:
            break
        assert len(batch) == 1 or not any(d.maybe_died for d in batch)
        got += message_ids(batch)
    assert sorted(got) == sorted([f"old-{n}" for n in range(6)] + [f"new-{n}" for n in range(12)])


def test_full_limit_is_handed_out_though_another_timer_was_first(table: RetryTable) -> None:
    """What a page lists and somebody else has claimed since is made up from the next page."""
    table.send(*(samples.record("a", NOW, step) for step in range(12)))
    other = table.a_source("another timer")
    looking = table.client().meta.events
    taken: list[Delivery] = []

    def take_some(**_: object) -> None:
        """Between the query and the claims of the one, the other takes what the query has listed."""
        if not taken:
            taken.append(_a_mark())
            looking.unregister("before-call.dynamodb.UpdateItem", take_some)
            got = other.receive(4, NOW + 100)
            assert not isinstance(got, PortError)
            taken.extend(got)

    looking.register("before-call.dynamodb.UpdateItem", take_some)
    got = table.receive(limit=4)
    assert len(got) == 4
    assert {d.position for d in got}.isdisjoint(d.position for d in taken)


def _a_mark() -> Delivery:
    return Delivery(Unreadable("", ""), None, "")
