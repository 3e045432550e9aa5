"""``memory``: how large a worker is after a million steps, and what each instance leaves behind in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.outcome import Outcome

_STEPS: Final = 1_000_000
_SAMPLES: Final = 10
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_MB: Final = 1024.0 * 1024.0


def run(quick: bool) -> Outcome:
    """In a process of its own, which has loaded nothing else."""
    steps = 5_000 if quick else _STEPS
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", str(steps)], cwd=Path(__file__).resolve().parents[1],
        capture_output=True, text=True, check=False, timeout=3_600,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the worker failed:\n{done.stderr}")
    samples = [(int(machines), int(size)) for machines, size in (line.split() for line in done.stdout.splitlines())]
    early, last = samples[1], samples[-1]
    grown = (last[1] - early[1]) / (last[0] - early[0])
    figures: dict[str, object] = {
        "worker_rss_mb": last[1] / _MB,
        "per_instance_bytes": grown,
        "spread": {"rss_mb": [size / _MB for _, size in samples]},
    }
    lines = [
        f"{last[1] / _MB:.1f} MB resident after {steps:,} steps, {early[1] / _MB:.1f} MB after a tenth of them",
        f"{grown:.1f} bytes an instance that is done",
    ]
    return Outcome(figures, lines)


def _work(steps: int) -> None:
    """A worker on SQLite, as the defaults have it; prints how many machines it has done, and its size."""
    from benchmarks.contenders.files import SMALL, STEPS_MANY, opened, start
    from benchmarks.machines import context_of
    from fsm_bootstrap.application import build_worker
    from fsm_domain.runtime.client import StartRequest

    together = 100
    with opened() as app:
        worker, machines, total = build_worker(app), 0, steps // STEPS_MANY
        print(0, _resident())
        for sample in range(1, _SAMPLES + 1):
            while machines < total * sample // _SAMPLES:
                names = range(machines, machines + together)
                start(app, [StartRequest(context_of(SMALL, STEPS_MANY - 1), f"m-{name}") for name in names])
                while worker.run_once():
                    pass
                machines += together
            print(machines, _resident())


def _resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


if __name__ == "__main__":
    _work(int(sys.argv[1]))
