"""The tracer example, run as a person runs it: a hundred transitions in spite of all that fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]


def fsm(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """What the command prints, one JSON object a line."""
    command = [sys.executable, "-m", "fsm_bootstrap.cli", *arguments, "-o", "jsonl"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def steps_of(history: Sequence[dict[str, Any]]) -> list[int]:
    return [entry["step"] for entry in history if entry["happened"] in ("started", "step")]


@pytest.mark.timeout(120)
def test_the_tracer_finishes_and_its_history_shows_every_step_retry_and_error(tmp_path: Path) -> None:
    fsm(tmp_path, "run", str(PROJECT / "examples" / "tracer" / "fsm.yaml"), "--machine", "tracer", "--id", "t-1")
    (record,) = fsm(tmp_path, "show", "t-1")
    assert record["status"] == "completed"
    assert record["step"] > 100
    history = fsm(tmp_path, "history", "t-1")
    assert steps_of(history) == list(range(record["step"] + 1))
    retries = [entry for entry in history if entry["happened"] == "retry"]
    assert len(retries) > 50
    assert all(entry["note"] for entry in retries)
