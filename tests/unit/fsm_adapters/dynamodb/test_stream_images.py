"""What in a table's stream is a message."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from fsm_adapters._wire.message import encode
from fsm_adapters.dynamodb.items import emission, item_of
from fsm_adapters.dynamodb.stream_images import message_in
from fsm_contract import samples
from fsm_ports import InboxEvent, Instance, Status, Unreadable

MESSAGE = samples.record("a", 1_700_000_000.0, 3)


def _record(image: object, event: str = "MODIFY") -> Mapping[str, object]:
    change: dict[str, object] = {"Keys": {"correlation_id": {"S": "a"}}, "SequenceNumber": "17", "SizeBytes": 9}
    if image is not None:
        change["NewImage"] = image
    return {"eventID": "e", "eventName": event, "eventSource": "aws:dynamodb", "dynamodb": change}


@pytest.mark.parametrize("event", ["INSERT", "MODIFY"])
def test_item_of_a_stream_table_is_its_message(event: str) -> None:
    image = {"correlation_id": {"S": "a"}, "payload": {"S": encode(MESSAGE)}, "nonce": {"S": "n"}}
    assert message_in(_record(image, event)) == MESSAGE


def test_item_as_the_original_framework_writes_it_is_its_message() -> None:
    """Correlation id, payload and timestamp, and no nonce."""
    image = {"correlation_id": {"S": "a"}, "payload": {"S": encode(MESSAGE)}, "timestamp": {"N": "1700000000"}}
    assert message_in(_record(image)) == MESSAGE


def test_payload_that_cannot_be_decoded_is_unreadable() -> None:
    found = message_in(_record({"correlation_id": {"S": "a"}, "payload": {"S": '{"version": '}}))
    assert isinstance(found, Unreadable)
    assert found.text == '{"version": '


def _item(message: Instance, **changed: object) -> dict[str, object]:
    return {**item_of(message), "emit": emission("fresh"), **changed}


def test_record_that_bears_an_emit_is_its_message() -> None:
    assert message_in(_record(_item(MESSAGE))) == MESSAGE


def test_event_of_lambda_may_hold_it_as_json_has_it() -> None:
    event = json.loads(json.dumps(_record(_item(MESSAGE))))
    event["dynamodb"]["ApproximateCreationDateTime"] = 1_700_000_000.0
    assert message_in(event) == MESSAGE


def test_record_is_a_fresh_message_without_inbox_and_position_and_with_its_time() -> None:
    record = MESSAGE._replace(position="p-1", seen=("e-1",), inbox=(InboxEvent("e-2", "paid"),), not_before=1.8e9)
    assert message_in(_record(_item(record))) == MESSAGE._replace(not_before=1.8e9)


def test_message_that_was_sent_on_bears_what_is_its_own() -> None:
    sent_on = MESSAGE._replace(position="p-1", not_before=1.8e9, error="boom")
    assert message_in(_record(_item(MESSAGE, emit=emission("fresh", sent_on)))) == sent_on


def test_record_that_cannot_be_decoded_is_unreadable() -> None:
    assert isinstance(message_in(_record(_item(MESSAGE, step={"N": "three"}))), Unreadable)


@pytest.mark.parametrize(
    "image",
    [
        item_of(MESSAGE),  # a pause, an abort, an attempt...: every write that is no message
        _item(MESSAGE._replace(status=Status.WAITING)),
        _item(MESSAGE._replace(status=Status.COMPLETED)),
        _item(MESSAGE._replace(paused=True)),
    ],
    ids=["no emit", "waiting", "completed", "paused"],
)
def test_write_that_is_no_message_does_not_look_like_one(image: object) -> None:
    assert message_in(_record(image)) is None


@pytest.mark.parametrize(
    "record",
    [
        _record({"payload": {"S": encode(MESSAGE)}}, "REMOVE"),
        _record(None, "REMOVE"),
        _record(None),  # the stream shows keys only
        _record({}),
        _record({"ckey": {"S": "lease-a"}, "owner": {"S": "x"}}),
        _record({"payload": {"B": b"bytes"}}),
        _record({"payload": "text"}),
        _record("no image"),
        {"eventName": "MODIFY"},
        {"eventName": "MODIFY", "dynamodb": "text"},
        {},
    ],
)
def test_removals_and_foreign_records_are_no_messages(record: Mapping[str, object]) -> None:
    assert message_in(record) is None
