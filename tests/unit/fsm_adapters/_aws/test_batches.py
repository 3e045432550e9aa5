"""How a batch is cut into calls, and what becomes of the calls after one that got no answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm_adapters._aws.batches import chunks, in_chunks
from fsm_adapters._aws.sizes import too_large
from fsm_ports import OutcomeUnknown, PortError, PortRejected, PortUnavailable

UNKNOWN = OutcomeUnknown("time-out", "s")
BUSY = PortUnavailable("throttled", "s")


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1], [[0]]),
        ([1] * 10, [[*range(10)]]),
        ([1] * 11, [[*range(10)], [10]]),
        ([50, 50], [[0, 1]]),
        ([50, 51], [[0], [1]]),
        ([100, 1], [[0], [1]]),
        ([1, 100, 1], [[0], [1], [2]]),
        ([40, 101, 40], [[0], [1], [2]]),
        ([0] * 11, [[*range(10)], [10]]),
    ],
)
def test_a_call_has_10_items_and_100_bytes_at_most(sizes: list[int], expected: list[list[int]]) -> None:
    assert chunks(sizes, 10, 100) == expected


@given(st.lists(st.integers(0, 120)))
def test_every_item_goes_in_one_call_in_order(sizes: list[int]) -> None:
    parts = chunks(sizes, 10, 100)
    assert [number for part in parts for number in part] == list(range(len(sizes)))
    for part in parts:
        assert 1 <= len(part) <= 10
        assert sum(sizes[n] for n in part) <= 100 or len(part) == 1


def test_results_are_in_the_places_of_their_items() -> None:
    results = in_chunks([[0, 1], [2]], 3, lambda part: [f"r-{n}" for n in part], "s")
    assert results == ["r-0", "r-1", "r-2"]


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ([UNKNOWN, UNKNOWN], 1),
        ([UNKNOWN, BUSY], 3),  # the call was answered: it tells of each item
        ([BUSY, BUSY], 3),
    ],
)
def test_after_a_call_without_an_answer_no_other_is_tried(answer: list[PortError], calls: int) -> None:
    asked: list[Sequence[int]] = []

    def call(part: Sequence[int]) -> Sequence[PortError]:
        asked.append(part)
        return answer

    results = in_chunks([[0, 1], [2, 3], [4, 5]], 6, call, "sqs:orders")
    assert len(asked) == calls
    assert results[:2] == answer
    rest = results[2 * calls :]
    assert [type(result) for result in rest] == [PortUnavailable] * len(rest)
    assert all("not tried" in str(result) and "sqs:orders" in str(result) for result in rest)


def test_what_is_too_large_says_by_how_much_and_what_to_do() -> None:
    assert too_large(100, 100, "s") is None
    rejection = too_large(101, 100, "sqs:orders")
    assert isinstance(rejection, PortRejected)
    assert str(rejection).startswith("sqs:orders: 101 bytes are more than the 100 that it takes: keep large values")
