"""mypy --strict and pyright find, without any plugin, exactly the planted mistakes and nothing else; mypy both in the
newest release and in the oldest that is allowed.

A planted line ends in ``# NUMBER mypy: TEXT | pyright: TEXT``: the number of the mistake in `MISTAKES`, and what the
checker has to say on that very line; `` ... `` in a text stands for anything.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

import pytest

from tests.backends import programs

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
SRC: Final = ROOT / "src"
ACCEPTED: Final = sorted(HERE.glob("accept_*.py"))
REJECTED: Final = sorted(HERE.glob("reject_*.py"))

MISTAKES: Final = {
    1: "an unknown target",
    2: "an action returns an event without a transition",
    3: "an event of the action is not handled, also async",
    4: "an action of another context",
    5: "no initial state",
    6: "a transition from a final state",
    7: "a typing mistake in an action's body",
    8: "an unknown initial state",
    9: "an unknown name of a state",
    10: "a machine with another context",
    11: "an entry, exit or transition action of another context",
    12: "an action without any transition",
    13: "an on_exhausted that is not handled",
    14: "an action that may return None in a state that never waits",
    15: "a step that is changed",
    16: "a time that is no timedelta",
    17: "an end of a container that is not handled",
    18: "a retry that is no policy",
    19: "an action that returns any text",
    20: "an action that takes no step",
}

_PLANTED: Final = re.compile(r"# (?P<number>\d+) mypy: (?P<mypy>.+) \| pyright: (?P<pyright>.+)$")


class Place(NamedTuple):
    """A line of a file in this folder."""

    file: str
    line: int


class Planted(NamedTuple):
    """A mistake, and what each checker has to say about it."""

    number: int
    says: Mapping[str, str]


Findings = dict[Place, str]


def planted() -> dict[Place, Planted]:
    """Every marked line."""
    marks: dict[Place, Planted] = {}
    for path in REJECTED:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if mark := _PLANTED.search(line):
                says = {"mypy": mark["mypy"], "pyright": mark["pyright"]}
                marks[Place(path.name, number)] = Planted(int(mark["number"]), says)
    return marks


def test_every_mistake_is_planted() -> None:
    assert {mark.number for mark in planted().values()} == MISTAKES.keys()
    assert len(planted()) >= 40


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: str(path.name))
def test_accepted_machines_can_be_made(path: Path) -> None:
    runpy.run_path(str(path))


@pytest.mark.timeout(600)
def test_mypy_finds_the_planted_mistakes_and_no_other(tmp_path: Path) -> None:
    compare("mypy", mypy([sys.executable, "-m", "mypy"], tmp_path))


@pytest.mark.timeout(600)
def test_the_oldest_mypy_that_is_allowed_finds_the_same(tmp_path: Path) -> None:
    oldest = programs.file(f"mypy {oldest_allowed()}", f"mypy-{oldest_allowed()}/bin/mypy")
    compare("mypy", mypy([str(oldest), f"--python-executable={sys.executable}"], tmp_path))


def test_the_oldest_mypy_is_the_one_that_is_installed_for_the_tests() -> None:
    installed = re.search(r'^OLDEST_MYPY="(.+)"$', (ROOT / ".ci/backends.sh").read_text(encoding="utf-8"), re.MULTILINE)
    assert installed is not None
    assert installed[1].removesuffix(".0") == oldest_allowed()


def oldest_allowed() -> str:
    """By the extra that a user installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [requirement] = project["optional-dependencies"]["typecheck"]
    return str(requirement).removeprefix("mypy>=")


@pytest.mark.timeout(600)
def test_pyright_finds_the_planted_mistakes_and_no_other(tmp_path: Path) -> None:
    compare("pyright", pyright(tmp_path))


def compare(checker: str, findings: Findings) -> None:
    """Every finding is on a planted line and says what is expected there; every planted line has one."""
    marks = planted()
    silent = [f"{mark.file}:{mark.line}" for mark in marks if mark not in findings]
    unexpected = [f"{at.file}:{at.line}: {said}" for at, said in findings.items() if at not in marks]
    different = [
        f"{at.file}:{at.line}: expected {marks[at].says[checker]}\n    found {said}"
        for at, said in findings.items()
        if at in marks and not is_said(marks[at].says[checker], said)
    ]
    assert "\n".join(f"{checker} accepts {place}" for place in silent) == ""
    assert "\n".join(unexpected) == ""
    assert "\n".join(different) == ""


def is_said(expected: str, said: str) -> bool:
    """The parts of the expected text stand in what was said, in their order."""
    pattern = ".*".join(map(re.escape, expected.split(" ... ")))
    return re.search(pattern, said, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("expected", "said", "same"),
    [
        ("b", "a b c", True),
        ("a ... c", "a b\nc", True),
        ("c ... a", "a b c", False),
        ("a.c", "abc", False),
    ],
)
def test_expected_texts_are_compared_part_by_part(*, expected: str, said: str, same: bool) -> None:
    assert is_said(expected, said) is same


_MYPY: Final = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?:error|note): (?P<message>.*)")


def mypy(command: list[str], cache: Path) -> Findings:
    """As a user runs it: --strict, no configuration, no plugin."""
    options = ["--strict", "--config-file=", "--no-error-summary", f"--cache-dir={cache}"]
    output = run([*command, *options, *map(str, ACCEPTED + REJECTED)], {"MYPYPATH": str(SRC)})
    rows = [row for line in output.splitlines() if (row := _MYPY.fullmatch(line))]
    assert len(rows) == len(output.splitlines())
    return _gathered((Place(Path(row["file"]).name, int(row["line"])), row["message"]) for row in rows)


class _Position(TypedDict):
    line: int
    """From 0."""


class _Range(TypedDict):
    start: _Position


class _PyrightFinding(TypedDict):
    file: str
    range: _Range
    message: str


class _PyrightReport(TypedDict):
    generalDiagnostics: list[_PyrightFinding]


def pyright(folder: Path) -> Findings:
    """As a user runs it: the standard rules; accepted files under the strict ones, too."""
    configuration = {
        "include": [os.path.relpath(path, folder) for path in ACCEPTED + REJECTED],
        "strict": [os.path.relpath(path, folder) for path in ACCEPTED],
        "extraPaths": [str(SRC)],
    }
    project = folder / "pyrightconfig.json"
    project.write_text(json.dumps(configuration), encoding="utf-8")
    output = run(
        [sys.executable, "-m", "pyright", "--outputjson", f"--pythonpath={sys.executable}", f"--project={project}"]
    )
    report: _PyrightReport = json.loads(output)
    rows = report["generalDiagnostics"]
    return _gathered((Place(Path(row["file"]).name, row["range"]["start"]["line"] + 1), row["message"]) for row in rows)


def run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    """The standard output of a checker that ran to its end, with findings."""
    done = subprocess.run(
        command,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", **(environment or {})},
        cwd=HERE, capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def _gathered(found: Iterable[tuple[Place, str]]) -> Findings:
    """All that is said about a line, in one text."""
    findings: Findings = {}
    for place, said in found:
        findings[place] = f"{findings[place]}\n{said}" if place in findings else said
    return findings
