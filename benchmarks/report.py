"""From a report, what ``all --json`` printed, to the table of docs/performance.md and the figures of README.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from benchmarks.goals import GOALS, Goal
from benchmarks.headline import BEGIN, END, headline

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs/performance.md"
README: Final = ROOT / "README.md"
KEPT: Final = ROOT / "benchmarks/report.json"
"""The report that the page shows."""


def write_page(file: str, soak: str | None) -> int:
    """Keep the report, with what `soak --json` printed, and put its table in the page."""
    report = dict(read(Path(file)))
    if soak is not None:
        report["soak"] = json.loads(Path(soak).read_text(encoding="utf-8"))
    elif KEPT.exists() and "soak" not in report:
        report |= {name: kept for name, kept in read(KEPT).items() if name == "soak"}
    KEPT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for page, told in pages(report).items():
        page.write_text(told, encoding="utf-8")
    sys.stderr.write(f"{PAGE} shows it, {README} tells of it, {KEPT} keeps it\n")
    return 0


def read(file: Path) -> Mapping[str, object]:
    """Raises:
    ValueError: the file holds no report.
    """
    report: object = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(report, dict) or "place" not in report:
        raise ValueError(f"{file} is no report: python -m benchmarks all --json > {file.name} makes one")
    return cast("dict[str, object]", report)


def pages(report: Mapping[str, object]) -> Mapping[Path, str]:
    """The pages that show something of a report, as they are to be."""
    return {page: _with(page, told) for page, told in ((PAGE, table(report)), (README, headline(report)))}


def _with(page: Path, told: str) -> str:
    """The page with this between its two marks."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has lost its marks: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{told}\n\n{END}{after}"


def table(report: Mapping[str, object]) -> str:
    """Goals beside figures, and where they were measured."""
    rows = [f"| {goal.what} | {goal.told()} | {_measured(goal, report)} |" for goal in GOALS]
    return "\n".join(
        [
            _place(report),
            "",
            "| what | goal | measured (least to most) |",
            "|---|---|---|",
            *rows,
            "",
            *_elsewhere(report),
            *_soak(report),
        ]
    )


def _measured(goal: Goal, report: Mapping[str, object]) -> str:
    value = goal.value(report)
    if value is None:
        return "not measured"
    ends = goal.ends(report)
    between = "" if ends is None else f" ({ends[0]:,.{goal.digits}f} to {ends[1]:,.{goal.digits}f})"
    shown = goal.number(value) + between
    return shown if goal.is_met(value) else f"**{shown}**"


def _place(report: Mapping[str, object]) -> str:
    place = cast("Mapping[str, object]", report["place"])
    releases = cast("Mapping[str, str]", place["releases"])
    compared = ", ".join(f"{name} {release}" for name, release in releases.items())
    return (
        f"Measured on {place['date']}: {place['processor']}, {place['processors']} processors, {place['system']}, "
        f"Python {place['python']}, SQLite {place['sqlite']}; load average at the start {place['load_average']}. "
        f"{compared}. What misses its goal is in bold."
    )


def _elsewhere(report: Mapping[str, object]) -> list[str]:
    """What others ask for a million transitions, and the usual latency: neither has a goal."""
    bill, latency = report.get("bill"), report.get("latency")
    if not isinstance(bill, dict) or not isinstance(latency, dict):
        return []
    usd, found = cast("Mapping[str, float]", bill), cast("Mapping[str, Mapping[str, float]]", latency)
    return [
        f"Elsewhere a million transitions cost: Step Functions Standard {usd['step_functions']:.2f} USD, Lambda "
        f"durable functions {usd['durable_functions']:.2f}, the original {usd['original']:.2f}. Half of all steps on "
        f"SQLite began within {found['sqlite']['p50_ms']:.1f} ms.",
        "",
    ]


def _soak(report: Mapping[str, object]) -> list[str]:
    soak = report.get("soak")
    if not isinstance(soak, dict):
        return ["Soak: not run yet; `python -m benchmarks soak`."]
    told = cast("Mapping[str, object]", soak)
    return [
        f"Soak: {told['machines']:,} machines in {told['seconds']:,} s with {told['workers']} worker(s), "
        f"{told['machines_per_s']:,} machines and {told['transitions_per_s']:,} transitions a second, "
        f"{told['completed']:,} completed, {told['lost']} lost; workers of {told['worker_rss_mb']} MB, "
        f"{told['file_bytes_per_machine']:,} bytes of file a machine."
    ]
