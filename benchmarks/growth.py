"""``growth``: what a step costs on SQLite when much is in the file: an old machine, and many instances."""

from __future__ import annotations

import os
from typing import Final

from benchmarks.contenders.growing import LATE, MANY
from benchmarks.outcome import Outcome, Spread, cpu_us, ratio
from benchmarks.rounds import race

_PLACE: Final = "benchmarks.contenders.growing"
_NAMES: Final = ("early", "late", "few", "many")


def run(quick: bool) -> Outcome:
    os.environ[LATE], os.environ[MANY] = ("500", "2000") if quick else ("100000", "1000000")
    try:
        units = 100 if quick else 2_000
        measured = race({name: (f"{_PLACE}:{name}", units) for name in _NAMES}, 2 if quick else 12)
    finally:
        del os.environ[LATE], os.environ[MANY]
    spread = Spread()
    steps, instances = measured.cpu_ratio("late", "early"), measured.cpu_ratio("many", "few")
    figures = {
        "step_100": spread.take("step_100", measured.cpu_us("early")),
        "step_100000": spread.take("step_100000", measured.cpu_us("late")),
        "instances_1k": spread.take("instances_1k", measured.cpu_us("few")),
        "instances_1m": spread.take("instances_1m", measured.cpu_us("many")),
        "ratio_steps": spread.take("ratio_steps", steps),
        "ratio_instances": spread.take("ratio_instances", instances),
    }
    lines = [
        ratio("step 100,000 takes", steps, "step 100"),
        ratio("among 1,000,000 instances a step takes", instances, "one among 1,000"),
        cpu_us("step 100", measured.cpu_us("early")),
        cpu_us("step 100,000", measured.cpu_us("late")),
        cpu_us("a step among 1,000 instances", measured.cpu_us("few")),
        cpu_us("a step among 1,000,000 instances", measured.cpu_us("many")),
    ]
    return Outcome({**figures, "spread": spread.told()}, lines)
