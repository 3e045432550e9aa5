"""The messages of the commonest mistakes: each golden file is what ``fsm check`` prints about the input beside it.

After a change that is meant, ``FSM_WRITE_GOLDEN=1 ./run-tests tests/typing/test_golden.py`` writes them anew; look at
the difference before you commit it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from fsm_bootstrap.cli.main import run
from tests.unit.fsm_bootstrap.project import project_in

GOLDEN: Final = Path(__file__).resolve().parent / "golden"
INPUTS: Final = sorted([*GOLDEN.glob("*.yaml"), *GOLDEN.glob("py_*.py")])
_REMEDY: Final = re.compile(r"did you mean|\n  hint: |; (?:one state needs|give it|its keys are|use|make it|maybe) ")


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "mypy-golden"))
    monkeypatch.delenv("FSM_MACHINES", raising=False)
    with project_in(GOLDEN):
        yield GOLDEN


def test_there_are_twenty_at_least() -> None:
    assert len(INPUTS) >= 20
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {path.stem for path in INPUTS}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("path", INPUTS, ids=lambda path: str(path.stem))
def test_the_message_is_as_agreed(path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["check", path.name])
    printed = capsys.readouterr().out
    golden = path.with_suffix(".txt")
    if os.environ.get("FSM_WRITE_GOLDEN"):
        golden.write_text(printed, encoding="utf-8")
    assert printed == golden.read_text(encoding="utf-8")
    assert code == (0 if printed.startswith("warning: ") else 3)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: str(path.stem))
def test_it_says_where_and_the_remedy_in_four_lines(path: Path) -> None:
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    for finding in re.split(r"\n(?! )", text.rstrip("\n")):
        assert re.match(rf"(warning: )?{re.escape(path.name)}:\d+: ", finding)
        assert len(finding.splitlines()) <= 4
        assert _REMEDY.search(finding), finding
