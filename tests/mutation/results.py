"""What became of each mutant, kept in a file, and told as a table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutation.operators import Mutant

KEPT = Path("build/mutation.jsonl")
UNIT, SIMULATION, SURVIVED = "unit", "simulation", "survived"


class Result(NamedTuple):
    """Of one mutant."""

    name: str
    module: str
    line: int
    verdict: str
    by: str
    """Which test, or which world and invariant, noticed."""


def result_of(mutant: Mutant, told: Sequence[str]) -> Result:
    """The last thing that its fork told: where it was when it was noticed, or when it took its process along."""
    stage, by = UNIT, ""
    for line in told:
        said = json.loads(line)
        stage, by = said.get("stage", stage), said.get("raised", said.get("by", by))
    return Result(mutant.name, mutant.module, mutant.line, stage, by)


def keep(results: Iterable[Result]) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text("".join(json.dumps(result) + "\n" for result in results), encoding="utf-8")


def kept() -> list[Result]:
    """Of the last run."""
    if not KEPT.exists():
        return []
    return [Result(*json.loads(line)) for line in KEPT.read_text(encoding="utf-8").splitlines()]


def table(results: Sequence[Result]) -> str:
    """Markdown: a line a module."""
    lines = [
        "| file | mutants | killed by unit tests | by the simulation | survived | killed |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    modules = sorted({result.module for result in results})
    for module in modules:
        name = "/".join(module.split(".")[1:]) + ".py"
        lines.append(_line(f"`{name}`", Counter(r.verdict for r in results if r.module == module)))
    lines.append(_line("all", Counter(result.verdict for result in results)))
    return "\n".join(lines)


def page(results: Sequence[Result], reasons: Mapping[str, Sequence[str]]) -> str:
    """The table, and who survived and why."""
    alive = {result.name for result in results if result.verdict == SURVIVED}
    lines = [table(results), "", "## Survivors", ""]
    for reason, names in reasons.items():
        listed = [f"- `{name}`" for name in names if name in alive]
        if listed:
            lines += [f"{reason}:", "", *listed, ""]
    return "\n".join(lines)


def killed(results: Sequence[Result]) -> float:
    """As a share."""
    return sum(result.verdict != SURVIVED for result in results) / max(1, len(results))


def _line(name: str, counts: Mapping[str, int]) -> str:
    total, alive = sum(counts.values()), counts.get(SURVIVED, 0)
    unit, simulation = counts.get(UNIT, 0), counts.get(SIMULATION, 0)
    return f"| {name} | {total} | {unit} | {simulation} | {alive} | {100 * (total - alive) / total:.1f}% |"
