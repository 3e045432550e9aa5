"""Tables are made in the shape that the original framework gave them, and keep to what the service allows."""

from __future__ import annotations

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.schemas import TableSchema

ALL = {
    "checkpoint": schemas.CHECKPOINT,
    "emitting checkpoint": schemas.EMITTING_CHECKPOINT,
    "stream": schemas.STREAM,
    "retry": schemas.RETRY,
    "cache": schemas.CACHE,
    "environment": schemas.ENVIRONMENT,
    "history": schemas.HISTORY,
}


@pytest.mark.parametrize(
    ("schema", "key"),
    [
        (schemas.CHECKPOINT, {"correlation_id": "HASH"}),
        (schemas.EMITTING_CHECKPOINT, {"correlation_id": "HASH"}),
        (schemas.STREAM, {"correlation_id": "HASH"}),
        (schemas.RETRY, {"partition": "HASH", "correlation_id_steps": "RANGE"}),
        (schemas.CACHE, {"ckey": "HASH"}),
        (schemas.ENVIRONMENT, {"guid": "HASH"}),
    ],
)
def test_keys_are_those_of_the_original_framework(schema: TableSchema, key: dict[str, str]) -> None:
    arguments = schema.create_arguments("orders")
    assert {part["AttributeName"]: part["KeyType"] for part in arguments.get("KeySchema", ())} == key


@pytest.mark.parametrize("schema", ALL.values(), ids=ALL)
def test_attributes_are_declared_if_and_only_if_a_key_uses_them(schema: TableSchema) -> None:
    """The service refuses a table that declares one too many."""
    arguments = schema.create_arguments("orders")
    indexes = [*arguments.get("LocalSecondaryIndexes", ()), *arguments.get("GlobalSecondaryIndexes", ())]
    keys = [arguments.get("KeySchema", ()), *(index["KeySchema"] for index in indexes)]
    used = [part["AttributeName"] for key in keys for part in key]
    declared = [attribute["AttributeName"] for attribute in arguments.get("AttributeDefinitions", ())]
    assert sorted(declared) == sorted(set(used))
    assert arguments["TableName"] == "orders"


def test_due_entries_are_found_by_a_local_index_that_can_be_read_consistently() -> None:
    (index,) = list(schemas.RETRY.create_arguments("retries").get("LocalSecondaryIndexes", []))
    assert index["IndexName"] == "retries"
    assert [(part["AttributeName"], part["KeyType"]) for part in index["KeySchema"]] == [
        ("partition", "HASH"),
        ("run_at", "RANGE"),
    ]
    assert index["Projection"] == {"ProjectionType": "ALL"}


def test_numbers_are_declared_as_numbers() -> None:
    arguments = schemas.RETRY.create_arguments("retries")
    kinds = {a["AttributeName"]: a["AttributeType"] for a in arguments.get("AttributeDefinitions", ())}
    assert kinds == {"partition": "N", "correlation_id_steps": "S", "run_at": "N"}


def test_records_are_found_by_a_global_index_that_a_step_does_not_rewrite() -> None:
    (index,) = list(schemas.CHECKPOINT.create_arguments("records").get("GlobalSecondaryIndexes", []))
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_tables_whose_stream_is_a_bus_show_the_new_image() -> None:
    streams = {
        name: schema.create_arguments(name).get("StreamSpecification", {}).get("StreamViewType")
        for name, schema in ALL.items()
    }
    assert {name: view for name, view in streams.items() if view} == {
        "emitting checkpoint": "NEW_IMAGE",
        "stream": "NEW_IMAGE",
    }


def test_nothing_that_is_still_owed_is_ever_removed_by_the_service() -> None:
    """Records, entries of a retry table and the past have no time to live."""
    assert [schema.ttl for schema in (schemas.CHECKPOINT, schemas.RETRY, schemas.HISTORY)] == [None] * 3
