"""``fsm check`` on YAML finds exactly the planted mistakes, each on its own line, and leaves sound files alone.

A planted line ends in ``# NUMBER SEVERITY: TEXT``: a number of `MISTAKES`, and what is said about that very line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from fsm_bootstrap.checking import Checked, Severity, check, type_checker
from tests.backends import programs
from tests.typing.test_typing import oldest_allowed
from tests.unit.fsm_bootstrap.project import project_in

HERE: Final = Path(__file__).resolve().parent

MISTAKES: Final = {
    1: "an unknown target",
    2: "an action returns what is no event of the state",
    3: "an event of the action is not handled: async, or where only a type checker can read the annotation",
    4: "an action of another context",
    5: "no initial state",
    6: "a transition from a final state",
    7: "a typing mistake in an action's body",
    8: "two initial states",
    9: "a state that nothing leads to, as one whose name is misspelt",
    10: "a context that is not there, or no class",
    11: "an entry, exit or transition action of another context",
    12: "an action without any transition",
    13: "an on_exhausted that is not handled",
    16: "an exit action that never runs",
    17: "a state, or an event, twice",
    18: "an action that cannot be imported, or is none",
    19: "an unknown key, or a value of another kind",
    20: "states that cannot reach an end",
    21: "an event that is never emitted, a deadline that never comes",
    22: "an action that does not say what it returns",
}

_PLANTED: Final = re.compile(r"# (?P<number>\d+) (?P<severity>error|warning): (?P<text>.+)$")


class Planted(NamedTuple):
    """What is to be said about a line."""

    severity: str
    text: str


@pytest.fixture(autouse=True)
def shared_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What mypy learns of the library serves all tests of one process."""
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "mypy"))


@pytest.fixture
def reject() -> Generator[Path]:
    with project_in(HERE / "reject_yaml"):
        yield HERE / "reject_yaml"


@pytest.fixture
def accept() -> Generator[Path]:
    with project_in(HERE / "accept_yaml"):
        yield HERE / "accept_yaml"


def marks(folder: Path) -> dict[tuple[str, int], list[Planted]]:
    found: dict[tuple[str, int], list[Planted]] = {}
    for path in (folder / "fsm.yaml", folder / "actions.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if mark := _PLANTED.search(line):
                found.setdefault((path.name, number), []).append(Planted(mark["severity"], mark["text"]))
    return found


def test_every_mistake_is_planted() -> None:
    numbers = set[int]()
    for path in (HERE / "reject_yaml").glob("*.*"):
        numbers |= {int(n) for n, _, _ in re.findall(_PLANTED.pattern, path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert numbers == MISTAKES.keys()


@pytest.mark.timeout(300)
def test_the_oldest_mypy_that_is_allowed_finds_the_same(reject: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = programs.file(f"mypy {oldest_allowed()}", f"mypy-{oldest_allowed()}/bin/mypy")
    command = (str(oldest), f"--python-executable={sys.executable}", "--config-file=")
    monkeypatch.setattr(type_checker, "_COMMAND", command)
    test_the_planted_mistakes_and_no_other(reject)


@pytest.mark.timeout(300)
def test_the_planted_mistakes_and_no_other(reject: Path) -> None:
    planted = marks(reject)
    checked = check("fsm.yaml")
    found = {one.place: one for one in checked.findings}
    assert len(found) == len(checked.findings)  # one mistake, one finding
    silent = [place for place in planted if place not in found]
    unexpected = [str(one) for place, one in found.items() if place not in planted]
    different = [
        f"{expected.text}\n    found {one.severity}: {one}"
        for place, [expected] in planted.items()
        if (one := found.get(place)) and (one.severity != expected.severity or expected.text not in str(one))
    ]
    assert (silent, unexpected, different) == ([], [], [])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("file", ["tracer.yaml", "encrypt_s3.yaml", "ecs_load.yaml"])
def test_machines_in_the_style_of_the_original_are_clean(accept: Path, file: str) -> None:
    checked = check(file)
    assert checked.findings == ()
    assert len(checked.machines) == 1


@pytest.mark.timeout(300)
def test_the_original_documentation_gives_these_findings(accept: Path) -> None:
    assert said(check("documented.yaml")) == [
        "error documented.yaml:7 'entry_action' must be a dotted path, module.name, not 'EntryAction'",
        "error documented.yaml:8 'do_action' must be a dotted path, module.name, not 'StartAction'",
        "error documented.yaml:9 'exit_action' must be a dotted path, module.name, not 'ExitAction'",
        "error documented.yaml:13 'action' must be a dotted path, module.name, not 'PassAction'",
        "warning documented.yaml:16 state 'stop' is final: its exit_action never runs; do_action does, on arrival",
    ]


def said(checked: Checked) -> list[str]:
    return [f"{one.severity} {one.problem.file}:{one.problem.line} {one.problem.message}" for one in checked.findings]


def test_without_types_the_structure_alone_is_looked_at(reject: Path) -> None:
    planted = [p for marks_ in marks(reject).values() for p in marks_]
    checked = check("fsm.yaml", types=False)
    assert checked.unchecked == ("types, as --no-types says",)
    assert {one.rule for one in checked.findings} == {"structure"}
    assert 20 < len(checked.findings) < len(planted)
    assert {one.severity for one in checked.findings} == {Severity.ERROR, Severity.WARNING}
