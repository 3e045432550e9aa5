"""docs/performance.md and README.md show the report that is kept, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.headline import headline
from benchmarks.report import KEPT, PAGE, README, pages, read, table
from fsm_bootstrap.cost.prices import load_prices


@pytest.mark.parametrize("page", [PAGE, README])
def test_what_is_shown_is_the_report(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == pages(read(KEPT))[page], "python -m benchmarks report FILE writes it"


def test_a_figure_that_was_not_measured_is_left_out() -> None:
    assert headline({}) == ""


def test_what_misses_its_goal_is_in_bold() -> None:
    told = table({"place": _PLACE, "core": {"cpu_us": 9.0, "ratio_transitions": 7.0}})
    assert "| at most 2.00 us CPU | **9.00 us CPU** |" in told
    assert "| at least 6.0 x | 7.0 x |" in told
    assert "not measured" in told


def test_its_prices_are_those_of_the_table() -> None:
    prices = load_prices()
    assert f"{prices.region} on\n{prices.date}" in PAGE.read_text(encoding="utf-8")


_PLACE = {
    "date": "2026-11-22", "processor": "p", "processors": 2, "system": "s", "python": "3.11", "sqlite": "3",
    "load_average": 0.1, "releases": {"transitions": "1"},
}  # fmt: skip
