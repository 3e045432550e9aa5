"""The same faults for both frameworks: here nothing is lost, and the original loses what it was measured to lose."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.backends.programs import file
from tests.proof import ours
from tests.proof.oracle import Found
from tests.proof.rows import MEASURED, ROWS, Row
from tests.proof.table import share

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs" / "proof.md"
SIMULATIONS = 100 if os.environ.get("FSM_TEST_FULL") else 5
"""Of each row in each set-up; docs/proof.md has a thousand."""
THEIRS = 60
SLACK = 100
"""Of 1,000: it was measured with other times, set-ups and chance than here."""


@pytest.mark.parametrize("set_up", ours.SET_UPS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.name))
@pytest.mark.timeout(900)
def test_nothing_is_lost_and_no_step_commits_twice(row: Row, set_up: str) -> None:
    for seed in range(SIMULATIONS):
        found, broken = ours.prove(row, set_up, seed)
        assert not broken, f"{row.name}, {set_up}, seed {seed}: {broken}"
        assert (found.lost, found.doubled) == (0, 0), f"{row.name}, {set_up}, seed {seed}"


@pytest.mark.timeout(300)
def test_the_oracle_sees_the_original_lose_what_it_was_measured_to_lose() -> None:
    package = file("aws-lambda-fsm", "original/aws_lambda_fsm").parent
    words = ["-m", "tests.proof", "--framework", "aws-lambda-fsm", "--machines", str(THEIRS), "--json"]
    told = subprocess.run(
        [sys.executable, *words], cwd=TOP, env={**os.environ, "FSM_BACKENDS": str(package.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    lost: dict[str, list[int]] = defaultdict(list)
    for cell in json.loads(told.stdout):
        found = Found(*(cell[name] for name in Found._fields))
        lost[cell["row"]].append(share(found.lost, found))
    for row in MEASURED:
        if row.measured is not None:
            best, worst = min(lost[row.name]), max(lost[row.name])
            assert best <= row.measured.worst + SLACK, f"{row.name}: {best}..{worst}, measured {row.measured}"
            assert worst >= row.measured.best - SLACK, f"{row.name}: {best}..{worst}, measured {row.measured}"


def test_the_page_has_every_row_and_nothing_lost() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for row in ROWS:
        (line,) = re.findall(rf"^\| {re.escape(row.name)} \|.*$", page, re.MULTILINE)
        assert [cell.strip() for cell in line.split("|")[5:7]] == ["0", "0"], line
