"""What a simulation comes to, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fsm_bootstrap.simulation.invariants.carriers import Carriers
from fsm_bootstrap.simulation.invariants.checks import CHECKS
from fsm_bootstrap.simulation.simulation import Simulated
from fsm_bootstrap.simulation.story import Story, Written
from fsm_ports.writes import Touch


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Of one simulation, or of many together."""

    machines: int = 0
    steps: int = 0
    """Committed."""
    faults: int = 0
    """Crashes, stalls, outages, failed calls, copies and delays of messages."""
    lost: int = 0
    """Machines that have not ended as they should, and that nothing goes on with any more."""
    stuck: int = 0
    """Machines that have not ended as they should, although something still carries them."""
    forked: int = 0
    """Machines of which two different records are true at one step."""
    double_commits: int = 0
    """Steps that were committed more than once."""
    recovered: int = 0
    """Times that the recovery timer took a machine in hand."""
    runs_again: int = 0
    """Runs of actions beyond the first of each step."""
    violations: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(CHECKS, 0))
    """By invariant."""

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.stuck or self.forked or self.double_commits or any(self.violations.values()))

    def __add__(self, other: Verdict) -> Verdict:
        violations = {name: count + other.violations.get(name, 0) for name, count in self.violations.items()}
        return Verdict(
            machines=self.machines + other.machines, steps=self.steps + other.steps, faults=self.faults + other.faults,
            lost=self.lost + other.lost, stuck=self.stuck + other.stuck, forked=self.forked + other.forked,
            double_commits=self.double_commits + other.double_commits, recovered=self.recovered + other.recovered,
            runs_again=self.runs_again + other.runs_again, violations=violations,
        )  # fmt: skip


def judged(simulated: Simulated, story: Story, violations: Mapping[str, int]) -> Verdict:
    """`violations` are those that were found in it, by invariant."""
    unended = [name for name, start in simulated.started.items() if _is_unended(simulated, name, start.ends)]
    carriers = Carriers(simulated)
    for call in story.calls:
        for _ in carriers.follow(call):
            pass
    lost = sum(not carriers.carries(name) for name in unended)
    runs = Counter((run.began.correlation_id, run.began.step) for run in story.runs)
    return Verdict(
        machines=len(simulated.started), steps=sum(map(len, story.commits.values())),
        faults=sum(simulated.faulted.values()), lost=lost, stuck=len(unended) - lost,
        forked=sum(map(_is_forked, story.commits.values())), double_commits=sum(map(_doubles, story.commits.values())),
        recovered=sum(isinstance(written.write, Touch) for written in story.writes),
        runs_again=sum(runs.values()) - len(runs),
        violations={name: violations.get(name, 0) for name in CHECKS},
    )  # fmt: skip


def _is_unended(simulated: Simulated, name: str, ends: Iterable[object]) -> bool:
    record = simulated.trace.latest.get(name)
    if record is None:
        return simulated.scenario.faithful
    return record.paused or record.status not in ends


def _is_forked(commits: Iterable[Written]) -> bool:
    """Two commits of one step that say different things, or that stand in different stores."""
    said: dict[int, tuple[object, ...]] = {}
    for call, _, record in commits:
        content = call.port, record.state, record.event, record.context, record.run_id
        if said.setdefault(record.step, content) != content:
            return True
    return False


def _doubles(commits: Iterable[Written]) -> int:
    steps = Counter(written.record.step for written in commits)
    return sum(steps.values()) - len(steps)
