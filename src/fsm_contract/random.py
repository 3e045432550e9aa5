"""Suite of the port Random."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from fsm_contract.suite import Suite, at_once
from fsm_ports import Random

DRAWS = 4000


@dataclass(frozen=True, kw_only=True)
class RandomSubject:
    """A source of chance."""

    random: Random


class RandomContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> RandomSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: RandomSubject) -> None:
        self.check_adapter(subject.random)

    @pytest.mark.parametrize("upper", [1e-6, 1.0, 60.0, 1e6])
    def test_jitter_lies_below_its_upper_bound(self, subject: RandomSubject, upper: float) -> None:
        assert all(0 <= subject.random.jitter(upper) < upper for _ in range(DRAWS))

    def test_jitter_is_spread_evenly(self, subject: RandomSubject) -> None:
        """Each tenth gets its share, give or take more than six standard deviations."""
        tenths = [0] * 10
        for _ in range(DRAWS):
            tenths[int(subject.random.jitter(10.0))] += 1
        assert all(abs(count - DRAWS / 10) < 120 for count in tenths), tenths

    def test_ids_are_unique(self, subject: RandomSubject) -> None:
        assert len({subject.random.id() for _ in range(DRAWS)}) == DRAWS

    def test_ids_of_threads_are_unique(self, subject: RandomSubject) -> None:
        ids = at_once(4, lambda _: [subject.random.id() for _ in range(500)])
        assert len({name for some in ids for name in some}) == 2000

    def test_id_is_a_short_plain_name(self, subject: RandomSubject) -> None:
        for _ in range(100):
            assert re.fullmatch(r"[0-9A-Za-z-]{1,36}", subject.random.id())
