"""A folder with machines, and the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from fsm_bootstrap.cli.main import run
from fsm_bootstrap.settings import Settings

MACHINES = """
from dataclasses import dataclass
from datetime import timedelta

from fsm_domain import FinalState, Machine, RetryPolicy, State


@dataclass
class Order:
    cents: int = 100
    fail: int = 0
    paid: bool = False


def charge(order, step):
    if step.retries < order.fail:
        raise TimeoutError(f"attempt {step.retries}")
    order.paid = True
    return "paid"


def ship(order, step):
    return "done"


state, final = State[str, Order], FinalState[str, Order]
orders = Machine("orders", Order, initial="charge", retry=RetryPolicy(max_retries=2, base=0.0), states=[
    state("charge").on("paid", "ship").do(charge),
    state("ship").on("done", "shipped").do(ship),
    final("shipped"),
])
approvals = Machine("approvals", Order, initial="asked", states=[
    state("asked").on("approved", "end").after(timedelta(days=3), "end"),
    final("end"),
])
slow = Machine("slow", Order, initial="charge", retry=RetryPolicy(max_retries=9, base=3600.0, cap=3600.0), states=[
    state("charge").on("paid", "end").do(charge),
    final("end"),
])
"""


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


Fsm = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory; nothing is set."""
    for name in (*Settings.model_fields, "AWS_LAMBDA_FUNCTION_NAME", "FSM_WORKER_PARENT"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project(folder: Path) -> Path:
    """A folder with the machines above."""
    (folder / "machines.py").write_text(MACHINES, encoding="utf-8")
    return folder


@pytest.fixture
def fsm(folder: Path, capsys: pytest.CaptureFixture[str]) -> Fsm:
    """The command line."""

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call
