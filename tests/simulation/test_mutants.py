"""Each bug that is planted is found, by the invariant that it breaks: the checkers can fail."""

from __future__ import annotations

import warnings

import pytest

from fsm_bootstrap.simulation.invariants.checks import CHECKS
from fsm_bootstrap.simulation.invariants.thin import i13_thin_and_whole_messages_commit_identical_records
from fsm_bootstrap.simulation.scenarios import BY_NAME
from fsm_bootstrap.simulation.simulation import simulate
from fsm_bootstrap.simulation.story import Story
from tests.simulation.mutants import A_THIN_MESSAGE_LOSES_ITS_DATA, MUTANTS, SEEDS, Mutant


class StaleSeed(UserWarning):
    """The listed seed finds its bug no more, another does."""


@pytest.mark.filterwarnings("default::tests.simulation.test_mutants.StaleSeed")
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_planted_bug_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.plant(monkeypatch)
    if is_found(mutant, mutant.seed):
        return
    seed = next((seed for seed in SEEDS if is_found(mutant, seed)), None)
    place = f"{mutant.invariant} in {mutant.where.name}"
    assert seed is not None, f"{place} holds under {SEEDS}, in spite of: {mutant.name}"
    said = f"{mutant.name}: {place} finds it under seed {seed}, and no more under {mutant.seed}; list that one"
    warnings.warn(said, StaleSeed, stacklevel=1)


def test_each_bug_is_listed_once() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_every_invariant_has_a_bug_that_it_finds() -> None:
    assert {mutant.invariant for mutant in MUTANTS} == set(CHECKS)


def test_a_thin_message_that_loses_its_data_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(seed: int) -> bool:
        whole = simulate(BY_NAME["whole"], seed)
        with monkeypatch.context() as patch:
            A_THIN_MESSAGE_LOSES_ITS_DATA(patch)
            thin = simulate(BY_NAME["thin"], seed)
        return any(i13_thin_and_whole_messages_commit_identical_records(thin, whole))

    assert any(map(broken, SEEDS))


def is_found(mutant: Mutant, seed: int) -> bool:
    simulated = simulate(mutant.where, seed)
    return any(CHECKS[mutant.invariant](simulated, Story(simulated.trace)))
