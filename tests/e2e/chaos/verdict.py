"""What became of the machines, told by their records, their histories and by what each run of an action met."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypedDict

from fsm_bootstrap.application import App
from fsm_ports import Instance, PortError, Status
from fsm_ports.history_log import COMMITS
from tests.e2e.chaos.machine import STATES, STEPS


class Run(NamedTuple):
    """Of one action."""

    mark: str
    seen: tuple[str, ...]
    """The marks in the context that it was given."""


class Actions(NamedTuple):
    runs: Mapping[tuple[str, int], Sequence[Run]]
    """By machine and step."""
    interrupted: int
    """Killed processes whose last word is that an action began."""


@dataclass(frozen=True)
class Verdict:
    machines: int
    steps: int
    """Committed."""
    again: int
    """Runs of actions beyond one a step, first runs that raise included."""
    interrupted: int
    lost: Sequence[str] = field(default=())
    """Machines that did not come to their end, and where they are."""
    doubled: Sequence[str] = field(default=())
    """Steps of which more than one commit was seen."""


def verdict(
    app: App, names: Collection[str], actions: Path, killed: Collection[int], *, whole_history: bool
) -> Verdict:
    said = _read(actions, killed)
    lost, doubled, steps = list[str](), list[str](), 0
    for name in names:
        record = app.client.get(name)
        steps += record.step + 1
        if (record.status, record.step) != (Status.COMPLETED, STEPS):
            lost.append(f"{name}: {record.status.value} at step {record.step}: {record.error or ''}")
        doubled += doubled_by_runs(record, said.runs)
        doubled += _doubled_by_history(app, name, whole=whole_history and record.step == STEPS)
    again = sum(len(runs) - 1 for runs in said.runs.values())
    return Verdict(len(names), steps, again, said.interrupted, lost, doubled)


def doubled_by_runs(record: Instance, runs: Mapping[tuple[str, int], Sequence[Run]]) -> Iterable[str]:
    """A run met what the commit before it left: two that met different things were preceded by two commits."""

    class Context(TypedDict):
        marks: list[str]

    context: Context = json.loads(record.context or "{}")
    marks = context["marks"]
    for step in range(STATES):
        found = runs.get((record.correlation_id, step), ())
        for run in found:
            if run.seen != tuple(marks[:step]):
                yield f"{record.correlation_id}: a run of step {step} met {run.seen}, and the record says {marks}"
        if step < len(marks) and marks[step] not in {run.mark for run in found}:
            yield f"{record.correlation_id}: nobody ran what the record says of step {step}"


def _doubled_by_history(app: App, name: str, *, whole: bool) -> Iterable[str]:
    assert app.history is not None
    entries = app.history.read(name)
    assert not isinstance(entries, PortError), entries
    times = Counter(entry.step for entry in entries if entry.happened in COMMITS)
    yield from (f"{name}: the history has step {step} {count} times" for step, count in times.items() if count > 1)
    if whole and sorted(times) != list(range(STEPS + 1)):
        yield f"{name}: the history has the steps {sorted(times)}"


def _read(folder: Path, killed: Collection[int]) -> Actions:
    runs, interrupted = defaultdict[tuple[str, int], list[Run]](list), 0
    for file in folder.glob("*.log"):
        lines = file.read_text().splitlines()
        for line in lines:
            what, *words = line.split()
            if what == "began":
                name, step, mark, seen = words
                runs[name, int(step)].append(Run(mark, () if seen == "-" else tuple(seen.split(","))))
        interrupted += int(file.stem) in killed and bool(lines) and lines[-1].startswith("began")
    return Actions(runs, interrupted)
