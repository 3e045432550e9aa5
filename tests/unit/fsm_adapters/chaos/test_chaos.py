"""When faults happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from fsm_adapters.chaos import Chaos, Fate
from fsm_adapters.system.random import SeededRandom
from fsm_ports import OutcomeUnknown, PortError, PortUnavailable

DRAWS = 10_000


def _fates(seed: int, unavailable: float, unknown: float, draws: int = DRAWS) -> list[Fate]:
    chaos = Chaos(SeededRandom(seed), unavailable, unknown)
    return [chaos.fate() for _ in range(draws)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("unavailable", "unknown"), [(0.2, 0.3), (0.02, 0.0), (0.0, 0.5), (0.5, 0.5)])
def test_faults_happen_at_the_given_rates(seed: int, unavailable: float, unknown: float) -> None:
    """Give or take five standard deviations at most."""
    count = Counter(_fates(seed, unavailable, unknown))
    assert abs(count[Fate.REFUSED] / DRAWS - unavailable) < 0.025
    assert abs(count[Fate.LOST_ON_THE_WAY] / DRAWS - unknown / 2) < 0.025
    assert abs(count[Fate.ANSWER_LOST] / DRAWS - unknown / 2) < 0.025
    assert abs(count[Fate.DONE] / DRAWS - (1 - unavailable - unknown)) < 0.025


def test_one_seed_gives_the_same_faults() -> None:
    assert _fates(7, 0.2, 0.3) == _fates(7, 0.2, 0.3)
    assert _fates(7, 0.2, 0.3) != _fates(8, 0.2, 0.3)


@pytest.mark.parametrize(
    ("unavailable", "unknown", "fates"),
    [
        (0.0, 0.0, {Fate.DONE}),
        (1.0, 0.0, {Fate.REFUSED}),
        (0.0, 1.0, {Fate.LOST_ON_THE_WAY, Fate.ANSWER_LOST}),
    ],
)
def test_never_and_always(unavailable: float, unknown: float, fates: set[Fate]) -> None:
    assert set(_fates(1, unavailable, unknown)) == fates


def test_faults_can_be_ended_and_the_draws_go_on() -> None:
    """What follows does not depend on how the probabilities stood before."""
    chaos, other = Chaos(SeededRandom(1), 1.0), Chaos(SeededRandom(1))
    assert [chaos.fate() for _ in range(5)] == [Fate.REFUSED] * 5
    chaos.unavailable = 0.0
    assert [chaos.fate() for _ in range(5)] == [Fate.DONE] * 5
    chaos.unknown = 1.0
    assert [other.fate() for _ in range(10)] == [Fate.DONE] * 10
    other.unknown = 1.0
    assert [chaos.fate() for _ in range(20)] == [other.fate() for _ in range(20)]


@pytest.mark.parametrize(("unavailable", "unknown"), [(-0.1, 0.0), (0.0, -0.1), (0.6, 0.6), (float("nan"), 0.0)])
def test_what_are_no_probabilities_is_refused(unavailable: float, unknown: float) -> None:
    with pytest.raises(ValueError, match="are no probabilities"):
        Chaos(SeededRandom(1), unavailable, unknown)


def test_each_item_of_a_batch_has_its_own_fate_and_keeps_its_place() -> None:
    chaos, took = Chaos(SeededRandom(3), 0.3, 0.4), list[int]()

    def call(some: Sequence[int]) -> Sequence[str]:
        took.extend(some)
        return [f"answer {n}" for n in some]

    answers = chaos.each(range(200), call)
    fates = _fates(3, 0.3, 0.4, 200)
    assert set(fates) == set(Fate)
    for n, (answer, fate) in enumerate(zip(answers, fates, strict=True)):
        assert (n in took) == (fate in (Fate.DONE, Fate.ANSWER_LOST))
        match fate:
            case Fate.DONE:
                assert answer == f"answer {n}"
            case Fate.REFUSED:
                assert isinstance(answer, PortUnavailable)
            case Fate.LOST_ON_THE_WAY | Fate.ANSWER_LOST:
                assert isinstance(answer, OutcomeUnknown)


def test_fault_says_that_it_was_injected() -> None:
    (answer,) = Chaos(SeededRandom(1), 1.0).each(["x"], list[str])
    assert isinstance(answer, PortError)
    assert str(answer) == "chaos: injected fault: refused"


def test_call_about_one_thing() -> None:
    took: list[int] = []

    def call() -> str:
        took.append(1)
        return "done"

    assert Chaos(SeededRandom(1)).one(call) == "done"
    assert isinstance(Chaos(SeededRandom(1), 1.0).one(call), PortUnavailable)
    assert len(took) == 1
    chaos = Chaos(SeededRandom(1), 0.0, 1.0)
    assert {type(chaos.one(call)) for _ in range(100)} == {OutcomeUnknown}
    assert 25 < len(took) - 1 < 75
