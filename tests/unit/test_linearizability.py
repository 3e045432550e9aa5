"""The checker of histories: it tells a register from what is none."""

from __future__ import annotations

from math import inf

from tests.linearizability import Operation, State, is_linearizable


def write(called: float, answered: float, step: int, run: str) -> Operation:
    return Operation(called, answered, step, run, took_place=True, saw=None)


def refused(called: float, answered: float, step: int, saw: State) -> Operation:
    return Operation(called, answered, step, "x", took_place=False, saw=saw)


def lost(called: float, step: int, run: str) -> Operation:
    return Operation(called, inf, step, run, took_place=None, saw=None)


def read(called: float, answered: float, saw: State) -> Operation:
    return Operation(called, answered, None, "", took_place=None, saw=saw)


def test_one_writer_after_the_other() -> None:
    assert is_linearizable([write(0, 1, 0, "a"), write(2, 3, 1, "b"), read(4, 5, (1, "b"))])


def test_two_commits_of_one_step() -> None:
    assert not is_linearizable([write(0, 1, 0, "a"), write(2, 5, 1, "b"), write(3, 4, 1, "c")])


def test_stale_read() -> None:
    assert not is_linearizable([write(0, 1, 0, "a"), write(2, 3, 1, "b"), read(4, 5, (0, "a"))])


def test_read_beside_a_write_may_see_either() -> None:
    for saw in ((0, "a"), (1, "b")):
        assert is_linearizable([write(0, 1, 0, "a"), write(2, 5, 1, "b"), read(3, 4, saw)])


def test_refusal_without_a_reason() -> None:
    assert not is_linearizable([write(0, 1, 0, "a"), refused(2, 3, 1, (0, "a"))])
    assert is_linearizable([write(0, 1, 0, "a"), refused(2, 3, 0, (0, "a"))])


def test_write_without_an_answer_may_take_place_late_or_never() -> None:
    begun = [write(0, 1, 0, "a"), lost(2, 1, "b")]
    assert is_linearizable([*begun, read(3, 4, (0, "a"))])
    assert is_linearizable([*begun, read(3, 4, (0, "a")), read(5, 6, (1, "b"))])
    assert not is_linearizable([*begun, read(3, 4, (1, "b")), read(5, 6, (0, "a"))])


def test_lost_update() -> None:
    assert not is_linearizable([write(0, 1, 0, "a"), write(2, 3, 1, "b"), write(4, 5, 1, "c"), read(6, 7, (1, "c"))])
