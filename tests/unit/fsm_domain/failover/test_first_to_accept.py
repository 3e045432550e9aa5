"""What the first source did not accept, the next one gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from fsm_adapters.system.clock import VirtualClock
from fsm_domain.failover.breaker import Breaker
from fsm_domain.failover.first_to_accept import Source, first_to_accept
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable

Answer = str | PortError


class Recorded:
    """A source that answers as told and remembers what it was asked."""

    def __init__(self, answer: Callable[[str], Answer], threshold: int = 3) -> None:
        self.asked: list[list[str]] = []
        self._answer = answer
        self.source: Source[str, Answer] = Source(self._call, Breaker(VirtualClock(), threshold))

    def _call(self, items: Sequence[str]) -> list[Answer]:
        self.asked.append(list(items))
        return [self._answer(item) for item in items]


def up(name: str) -> Recorded:
    return Recorded(lambda item: f"{item} by {name}")


def down(error: PortError, threshold: int = 3) -> Recorded:
    return Recorded(lambda item: error, threshold)


def test_the_first_that_accepts_is_the_only_one_asked() -> None:
    first, second = up("first"), up("second")
    assert first_to_accept(["a", "b"], [first.source, second.source]) == ["a by first", "b by first"]
    assert second.asked == []


def test_only_the_items_that_failed_go_on() -> None:
    first = Recorded(lambda item: PortUnavailable() if item == "b" else f"{item} by first")
    second = up("second")
    results = first_to_accept(["a", "b", "c"], [first.source, second.source])
    assert results == ["a by first", "b by second", "c by first"]
    assert second.asked == [["b"]]


def test_every_class_of_error_goes_on() -> None:
    for error in (PortUnavailable(), OutcomeUnknown(), PortRejected()):
        assert first_to_accept(["a"], [down(error).source, up("second").source]) == ["a by second"]


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (OutcomeUnknown, PortUnavailable, OutcomeUnknown),
        (OutcomeUnknown, PortRejected, OutcomeUnknown),
        (PortUnavailable, OutcomeUnknown, OutcomeUnknown),
        (PortUnavailable, PortRejected, PortUnavailable),
        (PortRejected, PortUnavailable, PortUnavailable),
        (PortRejected, PortRejected, PortRejected),
    ],
)
def test_where_nobody_accepts_the_answer_is_what_leaves_most_open(
    first: type[PortError], second: type[PortError], answer: type[PortError]
) -> None:
    (result,) = first_to_accept(["a"], [down(first()).source, down(second()).source])
    assert type(result) is answer


def test_what_another_than_the_first_in_line_accepted_is_told() -> None:
    told: list[str] = []
    first = Recorded(lambda item: f"{item} by first" if item == "a" else PortUnavailable(), threshold=1)
    second = Recorded(lambda item: PortUnavailable() if item == "c" else f"{item} by second")
    first_to_accept(["a", "b", "c"], [first.source, second.source], told.append)
    assert told == ["b"]
    first_to_accept(["b"], [first.source, second.source])
    first_to_accept(["b"], [first.source, second.source], told.append)  # the breaker of the first may be open by now
    assert told == ["b", "b"]
    first_to_accept(["a"], [first.source], told.append)
    assert told == ["b", "b"]


def test_the_last_of_two_alike_stands_where_nobody_accepts() -> None:
    last = PortUnavailable("last")
    assert first_to_accept(["a"], [down(PortUnavailable("first")).source, down(last).source]) == [last]


def test_a_source_whose_breaker_is_open_is_spared_while_another_accepts() -> None:
    first, second = down(PortUnavailable(), threshold=1), up("second")
    first_to_accept(["a"], [first.source, second.source])
    assert first_to_accept(["b"], [first.source, second.source]) == ["b by second"]
    assert first.asked == [["a"]]


def test_a_source_whose_breaker_is_open_is_asked_when_nobody_else_accepts() -> None:
    first, second = down(PortUnavailable(), threshold=1), down(PortUnavailable())
    first_to_accept(["a"], [first.source, second.source])
    first_to_accept(["b"], [first.source, second.source])
    assert first.asked == [["a"], ["b"]]
    assert second.asked == [["a"], ["b"]]
