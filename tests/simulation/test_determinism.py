"""The same seed gives the same trace, in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fsm_bootstrap.simulation.scenarios import BY_NAME
from fsm_bootstrap.simulation.simulation import simulate

ROOT = Path(__file__).parents[2]
SEED = 7


@pytest.mark.parametrize("scenario", ["queue-lock", "failover", "operators-table", "sqlite-chain", "recovery"])
def test_two_processes_make_the_same_trace(scenario: str) -> None:
    one, other = (_replayed(scenario, SEED, hash_seed) for hash_seed in ("1", "2"))
    assert one == other
    assert one.splitlines()[-1] == simulate(BY_NAME[scenario], SEED).trace.digest()


def test_another_seed_makes_another_trace() -> None:
    digests = {simulate(BY_NAME["queue"], seed).trace.digest() for seed in range(10)}
    assert len(digests) == 10


def test_a_replay_of_no_scenario_names_those_there_are() -> None:
    replayed = subprocess.run(
        [sys.executable, "-m", "tests.simulation.replay", "nonsense", "1"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert replayed.returncode == 2
    assert "queue-lock" in replayed.stderr


def _replayed(scenario: str, seed: int, hash_seed: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation.replay", scenario, str(seed)], cwd=ROOT, capture_output=True,
        text=True, check=True, env={**os.environ, "PYTHONHASHSEED": hash_seed},
    ).stdout  # fmt: skip
