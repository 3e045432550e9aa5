"""Thousands of machines in every scenario by turns: no invariant breaks, and none holds for want of trouble.

FSM_SIM_MACHINES says how many, FSM_SIM_SEED is the first seed.  100,000 of them: ``fsm simulate -n 100000``.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from fsm_bootstrap.simulation.campaign import MIXED, Play, observe_all, worlds
from fsm_bootstrap.simulation.marks import MARKS
from fsm_bootstrap.simulation.verdict import Verdict

MACHINES = int(os.environ.get("FSM_SIM_MACHINES") or (100_000 if os.environ.get("FSM_TEST_FULL") else 5_000))
SEED = int(os.environ.get("FSM_SIM_SEED") or 0)
EACH = 100
"""Times that each mark is met at least."""


@pytest.mark.timeout(3600)
def test_thousands_of_machines_in_every_scenario_keep_every_invariant_and_meet_every_trouble() -> None:
    verdict, met, broken = Verdict(), Counter[str](), list[str]()
    for seen in observe_all(list(worlds(MIXED, MACHINES, SEED, Play())), Play()):
        verdict += seen.verdict
        met += seen.marks
        world = seen.world
        broken += [f"{world.scenario}, seed {world.seed}: {line}" for line in seen.broken]
        if seen.broken:
            place = f"--scenario {world.scenario} --seed {world.seed} --machines {world.machines}"
            broken.append(f"see it with: fsm simulate {place} --trace")
    print(verdict, dict(met))
    assert not broken, "\n".join(broken)
    assert verdict.is_sound
    assert verdict.machines == MACHINES
    rare = {name: met[name] for name in MARKS if met[name] < EACH}
    assert not rare or MACHINES < 5_000, f"met too rarely in {MACHINES} machines from seed {SEED} on: {rare}"
