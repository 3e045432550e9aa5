"""Workers are killed, servers stopped, restarted, stalled and cut off; recovery is off, and nothing is lost or doubled.

An hour of it: ``python -m tests.e2e.chaos --minutes 60``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.chaos.round import play
from tests.e2e.chaos.setups import SETUPS

SEED = int(os.environ.get("FSM_TEST_SEED") or 20261128)
SECONDS = 120.0 if os.environ.get("FSM_TEST_FULL") else 12.0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SETUPS)
def test_chaos_loses_no_machine_and_commits_no_step_twice(name: str, tmp_path: Path) -> None:
    print(f"seed {SEED}; FSM_TEST_SEED sets it")
    report = play(name, SEED, SECONDS, tmp_path)
    print(report)
    assert not report.verdict.lost
    assert not report.verdict.doubled
    assert report.strikes["kills"] > 0
    assert name == "sqlite" or report.strikes["restarts"] + report.strikes["stalls"] > 0
