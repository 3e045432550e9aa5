"""A machine that does as its context says, and instances of it in every status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.fsm_bootstrap.cli.conftest import Fsm

MACHINES = """
from fsm_domain import FinalState, Machine, RetryPolicy, State


def work(job, step):
    if job.get("do") == "fail" and step.work == step.number:
        raise ValueError("the bank is down")
    if job.get("do") == "call":
        import in_hand
        in_hand.act()
    return None if job.get("do") == "wait" else "done"


def finish(job, step):
    job["data"] = step.data


state, final = State[str, dict], FinalState[str, dict]
job = Machine("job", dict, initial="work", retry=RetryPolicy(max_retries=0), states=[
    state("work").on("done", "end").on("yes", "end").do_or_wait(work),
    final("end").do(finish),
])
"""

STATUSES = ("running", "waiting", "completed", "failed", "aborted", "paused")


def write(folder: Path) -> None:
    """The machine's file, where the commands look for it."""
    (folder / "machines.py").write_text(MACHINES, encoding="utf-8")


def make(fsm: Fsm, status: str, name: str = "a") -> None:
    """Start an instance and bring it there."""
    does = {"waiting": "wait", "failed": "fail"}.get(status, "")
    assert fsm("start", "job", "--id", name, "--context", json.dumps({"do": does})).code == 0
    if status in ("waiting", "completed", "failed"):
        assert fsm("worker", "--drain").code == 0
    elif status in ("aborted", "paused"):
        assert fsm(status.removesuffix("ed") if status == "aborted" else "pause", name).code == 0


def shown(fsm: Fsm, name: str = "a") -> dict[str, Any]:
    """What ``fsm show`` tells of it."""
    found: dict[str, Any] = json.loads(fsm("show", name, "-o", "json").out)
    return found


def told(fsm: Fsm, name: str = "a") -> list[dict[str, Any]]:
    """Its history."""
    return [json.loads(line) for line in fsm("history", name, "-o", "jsonl").out.splitlines()]
