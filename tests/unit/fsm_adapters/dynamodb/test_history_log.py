"""Histories in DynamoDB: pages, limits, and a table that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.history_log import DynamoHistoryLog
from fsm_contract import samples
from fsm_ports import Happened, HistoryEntry, OutcomeUnknown, PortError, PortRejected, PortUnavailable, Status
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import SOURCE, new_table, tables
from tests.unit.fsm_adapters.dynamodb.scripted import dynamodb
from tests.unit.fsm_adapters.scripted_aws import OK, Answer, Refusal, refused, silent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

NOW = 1_700_000_000.25


def an_entry(step: int, context: str | None = None, name: str = "a") -> HistoryEntry:
    at = NOW + step
    return HistoryEntry(
        name, step, at, Happened.STEP, "orders", f"s-{step}", "done", Status.RUNNING, run_id="r", context=context
    )


@pytest.fixture
def client(ministack: Backend) -> Callable[[], DynamoDBClient]:
    return tables(ministack)


@pytest.fixture
def table(client: Callable[[], DynamoDBClient]) -> str:
    return new_table(client, schemas.HISTORY)


@pytest.fixture
def log(client: Callable[[], DynamoDBClient], table: str) -> DynamoHistoryLog:
    return DynamoHistoryLog(client, table, source=SOURCE)


def test_history_of_more_than_one_page_is_read_whole(log: DynamoHistoryLog) -> None:
    entries = [an_entry(step, samples.text_of(150_000)) for step in range(12)]
    assert list(log.append(entries)) == [None] * 12
    assert log.read("a") == entries
    assert log.read("a", after_step=3, limit=7) == entries[4:11]


def test_pages_are_asked_for_until_the_limit_is_reached(
    log: DynamoHistoryLog, client: Callable[[], DynamoDBClient]
) -> None:
    """The service may end a page anywhere."""
    entries = [an_entry(step) for step in range(9)]
    log.append(entries)
    events = client().meta.events

    def cut(params: dict[str, int], **_: object) -> None:
        params["Limit"] = min(2, params["Limit"])

    events.register("provide-client-params.dynamodb.Query", cut)
    try:
        assert log.read("a") == entries
        assert log.read("a", limit=5) == entries[:5]
    finally:
        events.unregister("provide-client-params.dynamodb.Query", cut)


def test_steps_are_in_the_order_of_numbers(log: DynamoHistoryLog) -> None:
    entries = [an_entry(step) for step in (9, 10, 99, 100, 1_000_000)]
    log.append(list(reversed(entries)))
    assert log.read("a") == entries
    assert log.read("a", after_step=10) == entries[2:]


def test_limit_of_nothing_gives_nothing(log: DynamoHistoryLog) -> None:
    log.append([an_entry(1)])
    assert log.read("a", limit=0) == []


def test_instance_whose_name_is_no_key_has_a_history(log: DynamoHistoryLog) -> None:
    entries = [an_entry(1, name="ž" * 1100), an_entry(1, name="ž" * 1101)]
    log.append(entries)
    assert log.read("ž" * 1100) == [entries[0]]
    assert log.read("ž" * 1101) == [entries[1]]


def test_run_id_of_any_length_is_kept(log: DynamoHistoryLog) -> None:
    entry = an_entry(1)._replace(run_id="r" * 3000)
    assert list(log.append([entry, entry])) == [None, None]
    assert log.read("a") == [entry]


def test_entry_beyond_the_size_of_an_item_is_rejected_and_fails_no_other(log: DynamoHistoryLog) -> None:
    small = [an_entry(1), an_entry(3)]
    results = log.append([small[0], an_entry(2, samples.text_of(409_600)), small[1]])
    assert [None if r is None else type(r) for r in results] == [None, PortRejected, None]
    assert log.read("a") == small


def test_item_that_is_no_entry_is_an_error(
    log: DynamoHistoryLog, client: Callable[[], DynamoDBClient], table: str
) -> None:
    client().put_item(TableName=table, Item={"correlation_id": {"S": "a"}, "entry": {"S": "000000000001#x"}})
    assert isinstance(log.read("a"), PortRejected)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(), PortUnavailable),
        (Refusal("ThrottlingException"), PortUnavailable),
        (silent(), OutcomeUnknown),
        (OK, OutcomeUnknown),
    ],
)
def test_table_that_fails_is_an_error(answer: Answer, kind: type[PortError]) -> None:
    log = DynamoHistoryLog(dynamodb(answer)[0], "history", source="history")
    assert isinstance(log.read("a"), kind)
    (result,) = log.append([an_entry(1)])
    assert isinstance(result, kind)
