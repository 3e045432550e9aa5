"""Items are put in few calls, and each gets the result that is its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from fsm_adapters.dynamodb.batch_write import BatchWrite
from fsm_adapters.dynamodb.types import Item, text
from fsm_ports import OutcomeUnknown, PortRejected, PortUnavailable, Sent
from tests.unit.fsm_adapters.dynamodb.scripted import dynamodb
from tests.unit.fsm_adapters.scripted_aws import Answer, Refusal, Script, refused, silent

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
DONE: Answer = {"UnprocessedItems": {}}


def an_item(key: str, value: str = "") -> Item:
    return {"id": text(key), "value": text(value)}


def items(count: int) -> list[Item]:
    return [an_item(f"k-{n:02}") for n in range(count)]


def left(*keys: str, name: str = "orders") -> Answer:
    """An answer that says that these were not processed."""
    return {"UnprocessedItems": {name: [{"PutRequest": {"Item": an_item(key)}} for key in keys]}}


def put(answers: Sequence[Answer], wanted: Sequence[Item | PortRejected]) -> tuple[list[Sent], list[list[str]]]:
    """The results, and the keys that each call named."""
    client, script = dynamodb(*answers)
    results = BatchWrite(client, TABLE, ("id",), TABLE).put(wanted)
    return results, calls(script)


def calls(script: Script) -> list[list[str]]:
    made = [cast("Mapping[str, Mapping[str, list[Mapping[str, Mapping[str, Item]]]]]", c) for _, c in script.asked]
    return [[r["PutRequest"]["Item"]["id"].get("S", "") for r in call["RequestItems"][TABLE]] for call in made]


def kinds(results: Sequence[Sent]) -> list[type | None]:
    return [None if result is None else type(result) for result in results]


def test_nothing_takes_no_call() -> None:
    assert put([DONE], []) == ([], [])


def test_twenty_five_go_in_a_call() -> None:
    results, made = put([DONE], items(60))
    assert results == [None] * 60
    assert [len(call) for call in made] == [25, 25, 10]


def test_call_stays_below_sixteen_megabytes() -> None:
    large = [an_item(f"k-{n}", "x" * 1_000_000) for n in range(20)]
    _, made = put([DONE], large)
    assert [len(call) for call in made] == [15, 5]


def test_key_that_comes_twice_goes_in_two_calls_in_order() -> None:
    wanted = [an_item("a", "1"), an_item("b"), an_item("a", "2"), an_item("c"), an_item("a", "3")]
    results, made = put([DONE], wanted)
    assert results == [None] * 5
    assert made == [["a", "b"], ["a", "c"], ["a"]]


def test_what_was_not_processed_is_put_again_and_nothing_else() -> None:
    results, made = put([left("k-01", "k-03"), DONE], items(5))
    assert results == [None] * 5
    assert made == [["k-00", "k-01", "k-02", "k-03", "k-04"], ["k-01", "k-03"]]


def test_what_is_never_processed_is_unavailable_after_three_calls() -> None:
    results, made = put([left("k-01", "k-03"), left("k-03")], items(4))
    assert kinds(results) == [None, None, None, PortUnavailable]
    assert made[1:] == [["k-01", "k-03"], ["k-03"]]


def test_unprocessed_items_are_known_under_whatever_name_the_answer_gives_the_table() -> None:
    results, _ = put([left("k-00", name=TABLE), DONE], items(2))
    assert results == [None, None]


def test_throttled_call_is_unavailable_and_the_next_one_is_tried() -> None:
    results, made = put([Refusal("ProvisionedThroughputExceededException"), DONE], items(30))
    assert kinds(results) == [PortUnavailable] * 25 + [None] * 5
    assert len(made) == 2


def test_table_that_is_down_is_unavailable() -> None:
    results, _ = put([refused()], items(2))
    assert kinds(results) == [PortUnavailable] * 2


def test_after_a_time_out_no_further_call_is_made() -> None:
    results, made = put([silent()], items(60))
    assert kinds(results) == [OutcomeUnknown] * 25 + [PortUnavailable] * 35
    assert len(made) == 1


def test_time_out_of_what_was_put_again_leaves_the_rest_done() -> None:
    results, _ = put([left("k-01"), silent()], items(3))
    assert kinds(results) == [None, OutcomeUnknown, None]


def test_answer_that_cannot_be_read_is_an_unknown_outcome() -> None:
    results, _ = put([{}], items(2))
    assert kinds(results) == [OutcomeUnknown] * 2


def test_item_that_the_service_refuses_fails_no_other() -> None:
    refusal = Refusal("ValidationException", "Item size has exceeded the maximum allowed size")
    results, made = put([refusal, DONE, refusal, DONE], items(3))
    assert kinds(results) == [None, PortRejected, None]
    assert made == [["k-00", "k-01", "k-02"], ["k-00"], ["k-01"], ["k-02"]]


def test_rejection_stands_for_an_item_that_is_not_put() -> None:
    rejected = PortRejected("too large", TABLE)
    results, made = put([DONE], [an_item("a"), rejected, an_item("b")])
    assert results == [None, rejected, None]
    assert made == [["a", "b"]]
