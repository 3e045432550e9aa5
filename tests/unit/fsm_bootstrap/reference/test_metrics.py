"""The metrics page is current."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest

from fsm_bootstrap.reference.metrics import page
from fsm_ports.metrics_sink import COUNTERS, TIMERS, Counter, Timer

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "metrics.md"


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "python -m fsm_bootstrap.reference metrics > docs/reference/metrics.md"
    )


def test_page_is_what_the_command_prints() -> None:
    command = [sys.executable, "-m", "fsm_bootstrap.reference", "metrics"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == page()


@pytest.mark.parametrize("arguments", [[], ["moon"], ["metrics", "settings"]])
def test_an_unknown_page_is_refused_with_those_that_are_known(arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", "fsm_bootstrap.reference", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "metrics" in ran.stderr


def test_every_metric_has_its_meaning() -> None:
    assert list(COUNTERS) == list(get_args(Counter))
    assert list(TIMERS) == list(get_args(Timer))
    assert all(f"| `{name}` | {meaning} |" in page() for name, meaning in [*COUNTERS.items(), *TIMERS.items()])
