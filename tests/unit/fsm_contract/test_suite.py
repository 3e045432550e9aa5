"""What the contract suites stand on."""

from __future__ import annotations

import pytest

from fsm_adapters.system.clock import VirtualClock
from fsm_contract import Suite, Timed
from fsm_contract.suite import Dice, at_once, seeds


class TestDice:
    def test_one_seed_draws_the_same_lots_in_every_process(self) -> None:
        dice = Dice(7)
        assert [dice.below(100) for _ in range(8)] == [6, 39, 26, 52, 82, 10, 96, 53]

    def test_another_seed_draws_other_lots(self) -> None:
        first, second = Dice(1), Dice(2)
        assert [first.below(1000) for _ in range(5)] != [second.below(1000) for _ in range(5)]

    def test_every_choice_comes_up(self) -> None:
        dice = Dice(1)
        assert {dice.one_of("abcd") for _ in range(200)} == set("abcd")

    def test_chance_is_in_percent(self) -> None:
        dice = Dice(1)
        assert 200 < sum(dice.chance(25) for _ in range(1000)) < 300
        assert not any(dice.chance(0) for _ in range(100))


class TestSeeds:
    def test_a_few_are_usual(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FSM_TEST_SEED", raising=False)
        monkeypatch.delenv("FSM_TEST_FULL", raising=False)
        assert seeds(usual=3, full=5) == [0, 1, 2]

    def test_a_full_run_takes_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FSM_TEST_SEED", raising=False)
        monkeypatch.setenv("FSM_TEST_FULL", "1")
        assert seeds(usual=3, full=5) == [0, 1, 2, 3, 4]

    def test_one_can_be_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FSM_TEST_SEED", "42")
        assert seeds(usual=3, full=5) == [42]


class TestTimed:
    def test_what_shows_at_once_takes_no_time(self) -> None:
        clock = VirtualClock()
        before = clock.now()
        assert Timed(clock=clock, patience=5).eventually(lambda: 3, lambda n: n == 3) == 3
        assert clock.now() == before

    def test_what_shows_later_is_waited_for(self) -> None:
        clock = VirtualClock()
        ready = clock.now() + 2
        assert Timed(clock=clock, patience=5).eventually(lambda: clock.now() >= ready, bool)

    def test_patience_ends(self) -> None:
        clock = VirtualClock()
        before = clock.now()
        assert Timed(clock=clock, patience=5).eventually(lambda: "never", lambda _: False) == "never"
        assert clock.now() - before == pytest.approx(5, abs=0.1)


class TestAdapter:
    def test_suite_without_a_named_adapter_takes_any(self) -> None:
        Suite().check_adapter(object())

    def test_named_adapter_has_to_be_the_one_that_is_run(self) -> None:
        class OfClocks(Suite):
            adapter = VirtualClock

        OfClocks().check_adapter(VirtualClock())
        with pytest.raises(AssertionError):
            OfClocks().check_adapter("something else")


def test_threads_start_together_and_answer_in_order() -> None:
    assert at_once(5, lambda n: n * n) == [0, 1, 4, 9, 16]
