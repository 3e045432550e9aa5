"""docs/performance.md shows the report that is kept, and nothing else."""

from __future__ import annotations

from benchmarks.report import KEPT, PAGE, read, table, with_table
from fsm_bootstrap.cost.prices import load_prices


def test_the_table_is_that_of_the_report() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, read(KEPT)), "python -m benchmarks report FILE writes it"


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
