"""Runs mypy as a user would: in a process of its own, with the configuration that it finds in the current folder.

What mypy says is read from its usual text, which the oldest release that serves has too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

_OPTIONS = (
    "--no-error-summary", "--no-pretty", "--no-color-output", "--hide-error-context", "--show-error-codes",
    "--show-absolute-path", "--hide-column-numbers", "--hide-error-end",
    "--ignore-missing-imports",  # whether a module is there has been tried already, by importing it
    "--strict-equality", "--extra-checks",
    # Whatever a configuration says: to ask for annotations is a matter of style, and holds no deployment up.
    "--allow-untyped-defs", "--allow-incomplete-defs", "--allow-untyped-calls", "--allow-untyped-decorators",
    "--allow-any-generics", "--allow-subclassing-any", "--allow-untyped-globals", "--no-warn-unused-ignores",
)  # fmt: skip
_LINE = re.compile(r"(?P<file>.+?):(?P<line>\d+): error: (?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?")


_COMMAND = (sys.executable, "-P", "-m", "mypy")
"""-P: a module of the user's that is called as one of mypy's own does not take its place."""


class Said(NamedTuple):
    """One error that mypy tells of."""

    file: Path
    line: int
    message: str
    code: str


class TypeCheckerFailed(Exception):
    """mypy did not come to an end: its configuration is broken, for one."""


def is_installed() -> bool:
    """Whether mypy can be run here."""
    return find_spec("mypy") is not None


def run(files: Sequence[Path], search: Sequence[Path]) -> tuple[Said, ...]:
    """What mypy finds in the files and in what they import from the folders of `search`.

    Raises:
        TypeCheckerFailed: says why.
    """
    path = os.pathsep.join([*map(str, search), *filter(None, [os.environ.get("MYPYPATH")])])
    cache = Path(os.environ.get("MYPY_CACHE_DIR") or ".mypy_cache") / "fsm"  # apart: options are part of what is kept
    done = subprocess.run(
        [*_COMMAND, *_OPTIONS, f"--cache-dir={cache}", "--", *map(str, files)],
        env={**os.environ, "MYPYPATH": path, "PYTHONUTF8": "1"},
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    said = tuple(_errors(done.stdout))
    if done.returncode not in (0, 1) and not said:
        raise TypeCheckerFailed((done.stderr or done.stdout).strip() or f"mypy ended with {done.returncode}")
    return said


def _errors(output: str) -> Iterator[Said]:
    for line in output.splitlines():
        if read := _LINE.fullmatch(line):
            yield Said(Path(read["file"]), int(read["line"]), read["message"], read["code"] or "")
