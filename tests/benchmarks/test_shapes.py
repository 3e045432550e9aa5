"""Each benchmark runs, and says what the report reads; no figure is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from benchmarks.__main__ import NAMES, main, run
from benchmarks.goals import GOALS
from benchmarks.peers import is_installed
from benchmarks.rounds import Race, Sample, figure

KEYS = {
    "core": {"cpu_us", "per_s", "ratio_transitions", "ratio_python_statemachine"},
    "engine": {"cpu_us", "cpu_us_1kb", "original_cpu_us", "ratio"},
    "sqlite": {
        "per_s_one", "cpu_us_one", "per_s_batch", "cpu_us_batch", "dbos_cpu_us", "ratio_dbos", "full_ratio_raw",
    },
    "redis": {"per_s_one", "per_s_batch", "round_trips"},
    "coldstart": {"core_cpu_ms", "handler_cpu_ms", "own_cpu_ms", "modules"},
    "growth": {"step_100", "step_100000", "instances_1k", "instances_1m", "ratio_steps", "ratio_instances"},
    "memory": {"worker_rss_mb", "per_instance_bytes"},
}  # fmt: skip
"""Beside ``spread``; of the others the keys are names of set-ups and buses."""
OF_PEERS = {
    "ratio_transitions": "transitions", "ratio_python_statemachine": "python-statemachine",
    "original_cpu_us": "aws-lambda-fsm", "ratio": "aws-lambda-fsm", "dbos_cpu_us": "dbos", "ratio_dbos": "dbos",
}  # fmt: skip


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [name for name in NAMES if name != "latency"])
def test_a_benchmark_says_what_its_figures_are(name: str) -> None:
    outcome = run(name, quick=True)
    figures = json.loads(json.dumps(outcome.figures))
    assert "spread" in figures
    if name in KEYS:
        assert figures.keys() == KEYS[name] | {"spread"}
    for key, value in figures.items():
        if key == "spread" or (value is None and name == "redis"):
            continue
        if key in OF_PEERS and not is_installed(OF_PEERS[key]):
            assert value is None
            assert any(OF_PEERS[key] in line and "is not installed: " in line for line in outcome.lines)
        else:
            assert isinstance(value, int | float), key
            assert value >= 0 or key == "per_instance_bytes"
    for goal in GOALS:
        if goal.path[0] == name and goal.path[-1] not in OF_PEERS and None not in figures.values():
            assert goal.value({name: figures}) is not None, goal


@pytest.mark.timeout(300)
def test_latency_tells_of_each_bus() -> None:
    figures = run("latency", quick=True).figures
    assert {"sqlite", "sqs", "kinesis", "sns", "dynamodb", "commit is emit"} <= figures.keys()
    sqlite = cast("Mapping[str, float]", figures["sqlite"])
    assert 0 < sqlite["p50_ms"] <= sqlite["p99_ms"]


def test_json_on_standard_output_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "--quick", "--json"]) == 0
    assert "sqs + dynamodb" in json.loads(capsys.readouterr().out)


def test_text_tells_ratios_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bill", "--quick"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("  Step Functions Standard costs")


def test_all_tells_where_it_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["all", "--quick", "--json", "--only", "calls", "bill"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report.keys() == {"calls", "bill", "place"}
    assert {"date", "processor", "python", "load_average"} <= report["place"].keys()


@pytest.mark.timeout(300)
def test_the_soak_loses_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "soak", "--machines", "1500", "--workers", "2", "--json"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["completed"], report["lost"], report["at_a_wrong_step"]) == (1500, 0, 0)
    assert report["history_entries_of_the_first"] == 4


def test_rounds_are_compared_with_their_neighbours() -> None:
    fast, slow = [Sample(10, 1.0, 1.0), Sample(10, 2.0, 2.0)], [Sample(10, 3.0, 3.0), Sample(10, 4.0, 4.0)]
    race = Race({"fast": fast, "slow": slow})
    assert race.cpu_ratio("slow", "fast") == figure([3.0, 2.0])
    assert race.rate_ratio("fast", "slow") == figure([3.0, 2.0])
    assert race.cpu_us("fast").told() == {"median": 150_000.0, "min": 100_000.0, "max": 200_000.0, "rounds": 2}
