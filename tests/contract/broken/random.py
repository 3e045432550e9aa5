"""Wrong sources of chance."""

from __future__ import annotations

import math
from typing import ClassVar

import pytest

from fsm_adapters.system.random import SeededRandom
from fsm_contract import RandomContract, RandomSubject
from tests.contract.broken.rejection import rejected_by


class OnRandom(RandomContract):
    wrong: ClassVar[type[SeededRandom]]

    @pytest.fixture
    def subject(self) -> RandomSubject:
        return RandomSubject(random=self.wrong(1))


@rejected_by(OnRandom, "test_jitter_lies_below_its_upper_bound")
class GoesOverTheBound(SeededRandom):
    def jitter(self, upper: float) -> float:
        number = super().jitter(upper)
        return number if upper == 10.0 else math.nextafter(upper, math.inf) if number > upper * 0.99 else number


@rejected_by(OnRandom, "test_jitter_is_spread_evenly")
class FavoursShortWaits(SeededRandom):
    def jitter(self, upper: float) -> float:
        return super().jitter(1.0) * super().jitter(upper)


@rejected_by(OnRandom, "test_id_is_a_short_plain_name")
class MakesLongNames(SeededRandom):
    def id(self) -> str:
        return f"urn:uuid:{super().id()}{super().id()}"


@rejected_by(OnRandom, "test_ids_are_unique")
class RepeatsItself(SeededRandom):
    _made = 0

    def id(self) -> str:
        self._made += 1
        return f"id-{self._made % 3000}"
