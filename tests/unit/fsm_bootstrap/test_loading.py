"""What a user may name, and what is said where no machine is found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.fsm_bootstrap.project import Project, project_in

PYTHON = """\
from fsm_domain import FinalState, Machine

{name} = Machine[str, dict]("{name}", dict, initial="end", states=[FinalState("end")])
"""
YAML = "machines:\n- name: {name}\n  states:\n  - {{name: s, initial: true, final: true}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_in(tmp_path) as project:
        yield project


def _python(project: Project, file: str, name: str) -> None:
    project.write(file, PYTHON.format(name=name))


def _names(project: Project, spec: str) -> list[str]:
    return [machine.name for machine in project.load(spec).machines]


@pytest.mark.parametrize("file", ["fsm.yaml", "other.yml"])
def test_a_yaml_file(project: Project, file: str) -> None:
    project.write(file, YAML.format(name="m"))
    assert _names(project, file) == ["m"]


def test_a_python_file_gives_all_its_machines_once(project: Project) -> None:
    _python(project, "more.py", "c")
    project.write("flows.py", PYTHON.format(name="a") + PYTHON.format(name="b") + "from more import c\nagain = a\n")
    assert _names(project, "flows.py") == ["a", "b", "c"]


def test_a_file_is_found_by_its_absolute_path_and_beside_others_of_that_name(project: Project) -> None:
    _python(project, "one/flows_here.py", "one")
    _python(project, "two/flows_here.py", "two")
    assert _names(project, "one/flows_here.py") == ["one"]
    assert _names(project, str(project.root / "two" / "flows_here.py")) == ["two"]


def test_a_file_in_a_package_is_imported_as_part_of_it(project: Project) -> None:
    project.write("shop/__init__.py", "")
    project.write("shop/names.py", "NAME = 'end'\n")
    project.write("shop/flows.py", "from .names import NAME\n" + PYTHON.format(name="packaged"))
    assert _names(project, "shop/flows.py") == ["packaged"]


def test_a_module_by_its_dotted_name(project: Project) -> None:
    project.write("dotted/flows.py", PYTHON.format(name="a") + PYTHON.format(name="b"))
    assert _names(project, "dotted.flows") == ["a", "b"]
    assert _names(project, "dotted.flows:b") == ["b"]


def test_of_a_folder_the_first_known_file_counts(project: Project) -> None:
    project.write("shop/fsm.yaml", YAML.format(name="yaml"))
    project.write("shop/fsm.yml", YAML.format(name="yml"))
    _python(project, "shop/machines.py", "machines")
    _python(project, "shop/shop.py", "folder")
    _python(project, "shop/zebra.py", "other")
    for file, name in {"fsm.yaml": "yaml", "fsm.yml": "yml", "machines.py": "machines", "shop.py": "folder"}.items():
        assert _names(project, "shop") == [name]
        (project.root / "shop" / file).unlink()
    assert _names(project, "shop") == ["other"]


def test_of_other_folders_all_modules_that_speak_of_machines_count_and_no_other_runs(project: Project) -> None:
    _python(project, "shop/b.py", "b")
    _python(project, "shop/a.py", "a")
    for file in ("test_a", "a_test", "conftest", "setup"):
        project.write(f"shop/{file}.py", "raise RuntimeError('Machine')\n")
    project.write("shop/script.py", "raise RuntimeError('a script')\n")
    assert _names(project, "shop") == ["a", "b"]


def test_the_current_folder(project: Project) -> None:
    project.write("fsm.yaml", YAML.format(name="m"))
    assert _names(project, ".") == ["m"]


def test_warnings_of_a_file_are_handed_on(project: Project) -> None:
    project.write("actions.py", "def act(context, step): ...\n")
    project.write("fsm.yaml", YAML.format(name="m").replace("final: true", "final: true, exit_action: actions.act"))
    assert [warning.line for warning in project.load("fsm.yaml").warnings] == [4]


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("flow.py", "flow.py: there is no such file (did you mean 'flows.py'?)"),
        ("sub/flow.py", "sub/flow.py: there is no such file"),
        ("fsm.yml", "fsm.yml: there is no such file"),
        ("notes.txt", "notes.txt: this is neither a Python module nor YAML: name it *.py or *.yaml"),
        ("a.b.py", "a.b.py: this is neither a Python module nor YAML: name it *.py or *.yaml"),
        ("no/such/place", "no/such/place: there is no such file"),
        ("flow", "there is no module 'flow', no file and no folder 'flow' (did you mean 'flows'?)"),
        ("nothing.here", "there is no module 'nothing', no file and no folder 'nothing.here'"),
        ("flows:order", "module 'flows' has no machine 'order' (did you mean 'orders'?)"),
        ("flows:HELP", "module 'flows' has no machine 'HELP'"),
        ("empty.py", "no machine found in empty.py; define one with Machine(...)"),
        ("empty", "no machine found in empty; define one with Machine(...)"),
        ("bare", "no machine found in bare; define one with Machine(...)"),
        ("broken.py", "broken.py:2: SyntaxError: expected ':'"),
        ("broken", "broken.py:2: SyntaxError: expected ':'"),
        ("failing.py", "failing.py:1: ModuleNotFoundError: No module named 'stripe'"),
        ("twins.py", "twins.py has two machines called 'orders'; rename one"),
    ],
)
def test_nothing_to_load(project: Project, spec: str, problem: str) -> None:
    _python(project, "flows.py", "orders")
    project.write("flows.py", PYTHON.format(name="orders") + "HELP = 1\n")
    project.write("notes.txt", "")
    project.write("a.b.py", "")
    project.write("empty.py", "")
    project.write("bare/script.py", "raise RuntimeError\n")
    project.write("broken.py", "import json\ndef act()\n")
    project.write("failing.py", "import stripe\n")
    project.write("twins.py", PYTHON.format(name="orders") + "first = orders\n" + PYTHON.format(name="orders"))
    assert project.problems(spec) == [problem]


def test_a_machine_that_makes_no_sense_is_shown_where_it_is_made_problem_by_problem(project: Project) -> None:
    project.write(
        "flows.py",
        """\
        from fsm_domain import FinalState, Machine, State

        orders = Machine[str, dict](
            "orders", dict, initial="start", states=[State("a").on("go", "b"), FinalState("end")])
        """,
    )
    assert project.problems("flows.py") == [
        "flows.py:3: machine 'orders': the initial state 'start' is not defined",
        "flows.py:3: machine 'orders': state 'a': on 'go': there is no state 'b'",
    ]


def test_all_files_of_a_folder_are_tried_before_anything_is_said(project: Project) -> None:
    project.write("shop/a.py", "from fsm_domain import Machine\n1 / 0\n")
    project.write("shop/b.py", "from fsm_domain import Machine, Nothing\n")
    problems = project.problems("shop")
    assert problems[0] == "shop/a.py:2: ZeroDivisionError: division by zero"
    assert problems[1].startswith("shop/b.py:1: ImportError: cannot import name 'Nothing'")


def test_python_machines_load_without_yaml_and_pydantic(project: Project) -> None:
    _python(project, "flows.py", "orders")
    code = (
        "import sys\nfrom fsm_bootstrap.loading import load_machines\nprint(load_machines('flows.py').machines)\n"
        "print([name for name in ('yaml', 'pydantic', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(<Machine 'orders': 1 states, 0 transitions>,)", "[]"]
