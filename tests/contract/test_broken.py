"""Every suite rejects wrong adapters, each by the test that is meant for it and by no other."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.contract.broken.rejection import REJECTED

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODULES = sorted(path.stem for path in (HERE / "broken").glob("*.py") if path.stem != "rejection")

for _module in MODULES:
    importlib.import_module(f"tests.contract.broken.{_module}")

PORTS = [
    "checkpoint_store", "clock", "container_runner", "context_codec", "environment_store", "event_bus", "history_log",
    "lock_cache", "message_source", "metrics_sink", "random", "retry_scheduler",
]  # fmt: skip


@pytest.mark.parametrize("port", PORTS)
def test_port_has_at_least_three_wrong_adapters(port: str) -> None:
    wrong = Counter(name.rpartition(".")[0].rpartition(".")[2] for name in REJECTED)
    assert wrong[port] >= 3


def test_every_wrong_adapter_is_rejected_by_the_tests_that_it_names_and_by_no_other(tmp_path: Path) -> None:
    """One run of pytest for all of them, in a process of its own."""
    report = tmp_path / "report.xml"
    files = [str(HERE / "broken" / f"{module}.py") for module in MODULES]
    options = ["-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist", f"--junitxml={report}"]
    command = [sys.executable, "-m", "pytest", *options, *files]
    one_seed = {**os.environ, "FSM_TEST_SEED": "0"}
    ran = subprocess.run(command, cwd=ROOT, env=one_seed, capture_output=True, text=True, check=False)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout + ran.stderr
    failed, passed = _outcomes(report)
    assert {name: sorted(failed[name]) for name in REJECTED} == {name: sorted(REJECTED[name]) for name in REJECTED}
    assert all(passed[name] for name in REJECTED)


def _outcomes(report: Path) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each test class, the tests that failed, and those that passed, whatever their parameters."""
    failed, passed = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for case in ET.parse(report).iter("testcase"):
        outcome = passed if case.find("failure") is None and case.find("error") is None else failed
        outcome[case.get("classname", "")].add(case.get("name", "").partition("[")[0])
    return failed, passed
