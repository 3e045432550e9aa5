"""What a stream table is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from fsm_adapters._wire.message import decode
from fsm_adapters.dynamodb.event_bus import DynamoEventBus
from fsm_adapters.dynamodb.types import Item, required_number, required_text
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_contract import samples
from fsm_ports import Instance, Message, Outgoing, PortRejected, Unreadable
from tests.unit.fsm_adapters.dynamodb.scripted import dynamodb
from tests.unit.fsm_adapters.scripted_aws import Answer, Script

NOW = 1_700_000_000.5
DONE: Answer = {"UnprocessedItems": {}}


def a_bus() -> tuple[DynamoEventBus, Script]:
    client, script = dynamodb(DONE)
    return DynamoEventBus(client, "stream", source="stream", clock=VirtualClock(NOW), random=SeededRandom(1)), script


def put(*messages: Message) -> list[Item]:
    """The items that the messages are sent as."""
    bus, script = a_bus()
    assert list(bus.send([Outgoing(message) for message in messages])) == [None] * len(messages)
    calls = cast(
        "list[Mapping[str, list[Mapping[str, Mapping[str, Item]]]]]", [c["RequestItems"] for _, c in script.asked]
    )
    return [request["PutRequest"]["Item"] for call in calls for request in call["stream"]]


def test_item_is_what_the_original_framework_writes_and_more() -> None:
    message = samples.record("a", NOW)
    (item,) = put(message)
    assert item["correlation_id"] == {"S": "a"}
    assert decode(required_text(item, "payload")) == message
    assert item["timestamp"] == {"N": repr(NOW)}


def test_message_sent_again_is_another_item_lest_the_stream_shows_nothing() -> None:
    message = samples.record("a", NOW)
    first, second = put(message, message)
    assert first["nonce"] != second["nonce"]
    assert first["payload"] == second["payload"]


def test_item_outlives_its_stream_record() -> None:
    (item,) = put(samples.record("a", NOW))
    assert int(required_number(item, "timeout")) >= NOW + 24 * 3600


def test_correlation_id_that_is_no_key_is_hashed_and_stays_in_the_message() -> None:
    message = samples.record("ž" * 1100, NOW)
    (item,) = put(message)
    assert len(required_text(item, "correlation_id").encode()) <= 2048
    assert decode(required_text(item, "payload")) == message


def test_unreadable_messages_keep_out_of_each_others_way() -> None:
    first, second = put(Unreadable("{", "cut off"), Unreadable("[", "cut off"))
    assert first["correlation_id"] != second["correlation_id"]


def test_message_beyond_the_size_of_an_item_takes_no_call() -> None:
    bus, script = a_bus()
    large = samples.record("a", NOW)._replace(context=samples.text_of(bus.max_bytes))
    (result,) = bus.send([Outgoing(large)])
    assert isinstance(result, PortRejected)
    assert script.asked == []


def test_largest_message_makes_an_item_that_the_service_takes() -> None:
    bus, _ = a_bus()
    key = 2048 + len("correlation_idpayloadnoncetimestamptimeout") + 36 + 2 * 21
    assert bus.max_bytes + key <= 400 * 1024


def test_message_is_sent_as_it_was_when_it_was_sent() -> None:
    (item,) = put(Unreadable("\ud800", "half a surrogate pair"))
    message = decode(required_text(item, "payload"))
    assert not isinstance(message, Instance)
    assert message.text == "\ud800"
