"""Fuzzes one target so many times, in a process with bounds on memory and on the time of one input."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.targets import CORPUS, PLANTED, TARGETS, corpus

PROJECT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 120, 1024
"""By the clock, after which an input hangs, on however busy a machine; of the whole process."""


class Campaign(NamedTuple):
    target: str
    executions: int
    slowest: int
    """Whole seconds of the slowest input."""
    megabytes: int
    """The most that were in use."""
    finding: str | None
    """What went wrong, with the input's file; None: nothing."""


def fuzz(target: str, executions: int, seed: int, folder: Path) -> Campaign:
    """Inputs that reach something new are left in `folder`, and one that is a finding."""
    found, words = folder / target, folder / f"{target}.dict"
    found.mkdir(parents=True)
    words.write_text("\n".join(['"unlike"', *_words(target)]))
    longest = {**TARGETS, **PLANTED}[target].longest
    options = [
        f"-runs={executions}", f"-seed={seed}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}",
        f"-max_len={longest}", f"-dict={words}", f"-artifact_prefix={found}/", "-print_final_stats=1",
        "-entropic_scale_per_exec_time=1",  # who is slow is tried less often
    ]  # fmt: skip
    command = [sys.executable, "-m", "tests.fuzz.harness", target, *options, str(found)]
    command += [str(CORPUS / target)] if corpus(target) else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "src")])}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, check=False)
    told = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    number = {name: int(value) for name, value in re.findall(r"^stat::(\w+): +(\d+)", told, re.MULTILINE)}
    return Campaign(
        target, number.get("number_of_executed_units", 0), number.get("slowest_unit_time_sec", -1),
        number.get("peak_rss_mb", -1), told[-6000:] if done.returncode else None,
    )  # fmt: skip


def _words(target: str) -> list[str]:
    """Names and values of the corpus, as entries of libFuzzer's dictionary."""
    every = b" ".join(path.read_bytes() for path in corpus(target))
    words = sorted(set(re.findall(rb"[A-Za-z_][\w.:-]{2,40}", every)))
    return [f'"{word.decode()}"' for word in words[:400]]
