"""Every row in every set-up, by as many machines as are wanted, over all processors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.proof import ours, theirs
from tests.proof.oracle import Found
from tests.proof.rows import ROWS, Row

BLOCK = 25
"""Simulations of one task."""
OURS, THEIRS = "lambda-fsm", "aws-lambda-fsm"
_BY_NAME: Mapping[str, Row] = {row.name: row for row in ROWS}


class Cell(NamedTuple):
    """One framework in one set-up, put through one row."""

    framework: str
    row: str
    set_up: str


class Sample(NamedTuple):
    """What became of some machines."""

    found: Found = Found()
    broken: tuple[str, ...] = ()
    """Invariants that did not hold, a line each with its seed; only asked of this framework."""

    def joined(self, other: Sample) -> Sample:
        return Sample(self.found + other.found, self.broken + other.broken)


class _Task(NamedTuple):
    cell: Cell
    seeds: range
    package: Path | None


def sampled(
    frameworks: Sequence[str], rows: Sequence[Row], machines: int, seed: int, package: Path | None, processes: int
) -> Mapping[Cell, Sample]:
    """`package` is where the original is installed, which is needed for it alone."""
    tasks = list(_tasks(frameworks, rows, machines, seed, package))
    samples: dict[Cell, Sample] = defaultdict(Sample)
    with ProcessPoolExecutor(processes) as pool:
        for task, sample in zip(tasks, pool.map(_simulated, tasks), strict=True):
            samples[task.cell] = samples[task.cell].joined(sample)
    return samples


def _tasks(
    frameworks: Sequence[str], rows: Sequence[Row], machines: int, seed: int, package: Path | None
) -> Iterator[_Task]:
    for row in rows:
        for framework in frameworks:
            if framework == THEIRS and row.ours_only:
                continue
            for set_up in ours.SET_UPS if framework == OURS else theirs.SET_UPS:
                worlds = -(-machines // ours.machines_of(row)) if framework == OURS else machines
                for first in range(seed, seed + worlds, BLOCK):
                    seeds = range(first, min(first + BLOCK, seed + worlds))
                    yield _Task(Cell(framework, row.name, set_up), seeds, package)


def _simulated(task: _Task) -> Sample:
    row, cell, sample = _BY_NAME[task.cell.row], task.cell, Sample()
    for seed in task.seeds:
        if cell.framework == OURS:
            judged = ours.prove(row, cell.set_up, seed)
            broken = tuple(f"{cell.row}, {cell.set_up}, seed {seed}: {line}" for line in judged.broken)
            sample = sample.joined(Sample(judged.found, broken))
        elif task.package is not None:
            sample = sample.joined(Sample(theirs.prove(row, cell.set_up, seed, task.package)))
    return sample
