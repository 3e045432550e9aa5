"""Which files a machine is made of: those in which a finding of types is the machine's own business."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsm_bootstrap.checking.own_code import files_behind
from tests.unit.fsm_bootstrap.project import Project

MACHINE = """
from fsm_domain import FinalState, Machine, State
{imports}

m = Machine("m", dict, initial="a", states=[State("a").on("go", "end"), FinalState("end")]{more})
"""


def own(project: Project, defining: str) -> set[str]:
    loaded = project.load(defining)
    files = files_behind(loaded.machines, [project.root / defining], [project.root])
    return {str(file.relative_to(project.root.resolve())) for file in files}


def test_the_module_of_a_migration_is_the_machines_own(project: Project) -> None:
    project.write("past_of_mine.py", "def add(context):\n    return context\n")
    project.write("between_us.py", "from past_of_mine import add\n")
    project.write("flow_of_mine.py", MACHINE.format(imports="from between_us import add", more=", migrate=[add]"))
    assert own(project, "flow_of_mine.py") == {"flow_of_mine.py", "between_us.py", "past_of_mine.py"}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from . import near", {"near.py"}),
        ("from .near import word", {"near.py"}),
        ("from .deep.down import word", {"deep/down.py"}),
        ("from .deep import down", {"deep/__init__.py", "deep/down.py"}),
        ("from .. import far", {"../far.py"}),
        ("from ..far import word", {"../far.py"}),
        ("from ..beside import near", {"../beside/__init__.py", "../beside/near.py"}),
        ("from ........................ import far", set[str]()),
    ],
)
def test_what_is_imported_relatively_is_the_machines_own(project: Project, line: str, found: set[str]) -> None:
    for name in ("__init__", "far", "near", "mine/__init__", "mine/near", "mine/deep/__init__", "mine/deep/down",
                 "beside/__init__", "beside/near"):  # fmt: skip
        project.write(f"whole/{name}.py", "word = 1\n")
    project.write("whole/mine/flow.py", f"{line}\n")
    package = project.root / "whole" / "mine"
    files = files_behind([], [package / "flow.py"], [project.root])
    wanted = {(package / name).resolve() for name in found}
    assert files == {(package / "flow.py").resolve(), *wanted}


def test_what_lies_elsewhere_is_not(project: Project, tmp_path: Path) -> None:
    project.write("mine/flow.py", "from ..far import word\nimport json\n")
    project.write("far.py", "word = 1\n")
    assert files_behind([], [project.root / "mine/flow.py"], [project.root / "mine"]) == {
        (project.root / "mine/flow.py").resolve()
    }
