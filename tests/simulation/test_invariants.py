"""Under every storm, and after it, the invariants hold.

FSM_SIM_SEEDS says how many seeds each scenario is run with; FSM_SIM_FIRST is the first of them.
"""

from __future__ import annotations

import os

import pytest

from fsm_bootstrap.simulation.invariants.checks import violations
from fsm_bootstrap.simulation.invariants.thin import i13_thin_and_whole_messages_commit_identical_records
from fsm_bootstrap.simulation.scenario import Scenario
from fsm_bootstrap.simulation.scenarios import ALL, BY_NAME
from fsm_bootstrap.simulation.simulation import Simulated, simulate
from fsm_bootstrap.simulation.story import Story
from fsm_ports.instance import Instance
from tests.simulation.replay import command

FULL = 500 if os.environ.get("FSM_TEST_FULL") else 40
SEEDS = int(os.environ.get("FSM_SIM_SEEDS") or FULL)
FIRST = int(os.environ.get("FSM_SIM_FIRST") or 0)
BLOCK = 10
"""Seeds that one test runs: enough that starting tests costs little, few enough to share them out among processes."""


@pytest.mark.parametrize("first", range(FIRST, FIRST + SEEDS, BLOCK))
@pytest.mark.parametrize("scenario", ALL, ids=[scenario.name for scenario in ALL])
def test_invariants_hold(scenario: Scenario, first: int) -> None:
    for seed in range(first, min(first + BLOCK, FIRST + SEEDS)):
        broken = violations(simulate(scenario, seed))
        assert not broken, f"seed {seed}: " + "\n".join([*broken, "see it with: " + command(scenario.name, seed)])


@pytest.mark.parametrize("seed", range(FIRST, FIRST + 10))
def test_thin_and_whole_messages_commit_identical_records(seed: int) -> None:
    whole, thin = simulate(BY_NAME["whole"], seed), simulate(BY_NAME["thin"], seed)
    broken = list(i13_thin_and_whole_messages_commit_identical_records(thin, whole))
    assert not broken, f"seed {seed}: " + "\n".join([*broken, "see it with: " + command("thin", seed)])
    assert all(message.context is None for message in carried(thin))
    assert all(message.context is not None for message in carried(whole))


def carried(simulated: Simulated) -> list[Instance]:
    return [carried.message for every in Story(simulated.trace).carried.values() for carried in every]
