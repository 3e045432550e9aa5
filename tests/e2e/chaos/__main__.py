"""``python -m tests.e2e.chaos --minutes 60 --seed 7``: rounds of a minute each, every set-up in its turn."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.chaos.round import KINDS, Report, play
from tests.e2e.chaos.setups import SETUPS

ROUND = 60.0
"""Seconds of strikes.  Then records and histories begin anew: the emulators write down all of theirs at each stop."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.chaos", description="Chaos on real servers.")
    parser.add_argument("--minutes", type=float, default=60.0, help="in all, shared by the set-ups (default 60)")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the next has the next")
    parser.add_argument("--setup", choices=[*SETUPS, "all"], default="all")
    asked = parser.parse_args(arguments)
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}; --seed sets it", flush=True)
    names = list(SETUPS) if asked.setup == "all" else [asked.setup]
    end, reports = time.monotonic() + 60.0 * asked.minutes, list[Report]()
    while time.monotonic() < end:
        name = names[len(reports) % len(names)]
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            seconds = min(ROUND, max(5.0, end - time.monotonic()))
            reports.append(play(name, seed + len(reports), seconds, Path(folder)))
        print(reports[-1], flush=True)
        for line in (*reports[-1].verdict.lost, *reports[-1].verdict.doubled):
            print(f"  {line}", flush=True)
    for name in names:
        _sum([report for report in reports if report.setup == name], name)
    return int(any(report.verdict.lost or report.verdict.doubled for report in reports))


def _sum(reports: Sequence[Report], name: str) -> None:
    """One line a set-up."""
    struck = {kind: sum(report.strikes[kind] for report in reports) for kind in KINDS}
    found = [report.verdict for report in reports]
    print(
        f"{name}: {len(reports)} rounds, {sum(report.seconds for report in reports) / 60:.1f} min: "
        + ", ".join(f"{count} {kind}" for kind, count in struck.items())
        + f", {sum(one.machines for one in found)} machines, {sum(one.steps for one in found)} steps, "
        f"lost {sum(len(one.lost) for one in found)}, doubled {sum(len(one.doubled) for one in found)}"
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except pytest.skip.Exception as missing:
        sys.exit(f"error: {missing}")
