"""What the figures are to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, cast


class Goal(NamedTuple):
    """One figure, and the bound that it is to keep."""

    what: str
    path: tuple[str, ...]
    """Benchmark, figure, and what lies inside it; what is not among the figures is in the spread."""
    bound: float
    unit: str = ""
    at_least: bool = False
    digits: int = 1

    def value(self, report: Mapping[str, object]) -> float | None:
        """The measured figure; None where it was not measured."""
        found = _inside(report, self.path)
        if found is None:
            found = _inside(report, (self.path[0], "spread", *self.path[1:], "median"))
        return found

    def ends(self, report: Mapping[str, object]) -> tuple[float, float] | None:
        """The least and the most of its rounds; None where there is but one."""
        spread = (self.path[0], "spread", *self.path[1:])
        least, most = _inside(report, (*spread, "min")), _inside(report, (*spread, "max"))
        return None if least is None or most is None else (least, most)

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    def told(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {self.number(self.bound)}"

    def number(self, value: float) -> str:
        return f"{value:,.{self.digits}f} {self.unit}".rstrip()


GOALS: Final = (
    Goal("a pure step, four callbacks", ("core", "cpu_us"), 2.0, "us CPU", digits=2),
    Goal("... `transitions` takes", ("core", "ratio_transitions"), 6.0, "x", at_least=True),
    Goal("... `python-statemachine` takes", ("core", "ratio_python_statemachine"), 50.0, "x", at_least=True),
    Goal("the whole engine in memory, context of 130 B", ("engine", "cpu_us"), 18.0, "us CPU"),
    Goal("... context of 1 KB", ("engine", "cpu_us_1kb"), 22.0, "us CPU"),
    Goal("... of what the original takes", ("engine", "ratio"), 0.5, "x", digits=2),
    Goal("SQLite, one machine at a time", ("sqlite", "cpu_us_one"), 45.0, "us CPU"),
    Goal("...", ("sqlite", "per_s_one"), 18_000, "steps/s", at_least=True, digits=0),
    Goal("... DBOS takes", ("sqlite", "ratio_dbos"), 30.0, "x", at_least=True),
    Goal("SQLite, 100 machines together", ("sqlite", "cpu_us_batch"), 20.0, "us CPU"),
    Goal("...", ("sqlite", "per_s_batch"), 50_000, "steps/s", at_least=True, digits=0),
    Goal("SQLite, FULL, of the rate of bare commits", ("sqlite", "full_ratio_raw"), 0.85, "x", True, 2),
    Goal("SQLite, FULL, 100 machines together", ("sqlite", "per_s_full"), 25_000, "steps/s", True, 0),
    Goal("Redis lock", ("redis", "round_trips"), 1.0, "round trips a step", digits=2),
    Goal("... 100 machines together", ("redis", "per_s_batch"), 12_000, "steps/s", True, 0),
    Goal("requests: SQS + DynamoDB", ("calls", "sqs + dynamodb"), 2.05, "a transition", digits=2),
    Goal("... with a lock", ("calls", "sqs + dynamodb, redis lock"), 3.05, "a transition", digits=2),
    Goal("... batches of 10", ("calls", "sqs + dynamodb, batches of 10"), 1.15, "a transition", digits=2),
    Goal("... batches of 10, with a lock", ("calls", "sqs + dynamodb, dynamodb lock, batches of 10"), 2.15,
         "a transition", digits=2),
    Goal("... chained x5", ("calls", "sqs + dynamodb, chained x5"), 1.25, "a transition", digits=2),
    Goal("... commit is emit", ("calls", "commit is emit"), 1.05, "a transition", digits=2),
    Goal("bill: SQS + DynamoDB, record of 1 KB", ("bill", "sqs + dynamodb"), 2.2, "USD a million", digits=2),
    Goal("... batches of 10", ("bill", "sqs + dynamodb, batches of 10"), 0.9, "USD a million", digits=2),
    Goal("... commit is emit", ("bill", "commit is emit"), 1.0, "USD a million", digits=2),
    Goal("latency on SQLite at 70% load, 99 in 100", ("latency", "sqlite", "p99_ms"), 5.0, "ms"),
    Goal("cold start: `import fsm_domain`", ("coldstart", "core_cpu_ms"), 32.0, "ms CPU"),
    Goal("... the handler with two clients", ("coldstart", "handler_cpu_ms"), 320.0, "ms CPU"),
    Goal("... of which our modules", ("coldstart", "own_cpu_ms"), 20.0, "ms CPU"),
    Goal("step 100,000, of step 100", ("growth", "ratio_steps"), 1.05, "x", digits=2),
    Goal("a step among 1,000,000 instances, of one among 1,000", ("growth", "ratio_instances"), 1.3, "x", digits=2),
    Goal("a worker after 1,000,000 steps", ("memory", "worker_rss_mb"), 80.0, "MB"),
)  # fmt: skip


def _inside(report: Mapping[str, object], path: tuple[str, ...]) -> float | None:
    found: object = report
    for name in path:
        found = _member(found, name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _member(value: object, name: str) -> object:
    return cast("Mapping[str, object]", value).get(name) if isinstance(value, Mapping) else None
