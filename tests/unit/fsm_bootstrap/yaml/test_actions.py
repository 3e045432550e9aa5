"""Dotted paths: what they may lead to, and what is said where they lead to nothing."""

from __future__ import annotations

import sys

import pytest

from fsm_domain.machine import Step
from fsm_domain.runtime.registry import AnyMachine
from tests.unit.fsm_bootstrap.project import Project


def _yaml(path: str, key: str = "do_action") -> str:
    return f"machines:\n- name: m\n  states:\n  - name: s\n    initial: true\n    final: true\n    {key}: {path}\n"


def _act(machine: AnyMachine, context: object) -> object:
    action = machine.nodes["s"].action
    assert action is not None
    return action(context, Step("m", "id"))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("acions.act", "cannot import 'acions.act': there is no module 'acions' (did you mean 'actions.act'?)"),
        ("nowhere.act", "cannot import 'nowhere.act': there is no module 'nowhere'"),
        (
            "package.hepler.act",
            "cannot import 'package.hepler.act': there is no module 'package.hepler'"
            " (did you mean 'package.helper.act'?)",
        ),
        ("actions.more.act", "cannot import 'actions.more.act': there is no module 'actions.more'"),
        ("actions.atc", "cannot import 'actions.atc': actions.py has no 'atc' (did you mean 'actions.act'?)"),
        ("actions.zzz", "cannot import 'actions.zzz': actions.py has no 'zzz'"),
        ("needy.act", "cannot import 'needy.act': needy.py:2: ModuleNotFoundError: No module named 'stripe'"),
        ("failing.act", "cannot import 'failing.act': failing.py:4: ZeroDivisionError: division by zero"),
        ("quitting.act", "cannot import 'quitting.act': quitting.py:2: SystemExit: 3"),
        ("broken.act", "cannot import 'broken.act': broken.py:2: SyntaxError: expected ':'"),
        ("actions.NUMBER", "'actions.NUMBER' is no action: it is neither a class nor a function, but 7"),
        (
            "actions.Plain",
            "class 'actions.Plain' is no action: it has no method execute(self, context, obj)",
        ),
        ("actions.Needy", "cannot make 'actions.Needy': TypeError: Needy.__init__() missing 1 required positional"),
        ("actions.one", "action 'actions.one' must take (context, step); it takes (context)"),
        ("actions.One", "action 'actions.One' must take execute(self, context, obj); it takes (context)"),
    ],
)  # fmt: skip
def test_a_path_that_cannot_be_used(project: Project, path: str, problem: str) -> None:
    project.write(
        "actions.py",
        """\
        NUMBER = 7

        def act(context, step): ...
        def one(context): ...

        class Plain: ...

        class Needy:
            def __init__(self, name, wanted): ...
            def execute(self, context, obj): ...

        class One:
            def __init__(self, name): ...
            def execute(self, context): ...
        """,
    )
    project.write("package/__init__.py", "")
    project.write("package/helper.py", "")
    project.write("needy.py", "import sys\nimport stripe\n")
    project.write("failing.py", "import json\n\ndef divide():\n    return 1 / 0\n\ndivide()\n")
    project.write("quitting.py", "import sys\nsys.exit(3)\n")
    project.write("broken.py", "def act(context, step): ...\ndef act(context)\n    ...\n")
    problems = project.problems_of(_yaml(path))
    assert len(problems) == 1
    assert problems[0].startswith(f"fsm.yaml:7: {problem}")


def test_every_use_of_a_wrong_path_is_named(project: Project) -> None:
    assert project.problems_of(_yaml("nowhere.b") + "    entry_action: nowhere.b\n    exit_action: nowhere.c\n") == [
        "fsm.yaml:7: cannot import 'nowhere.b': there is no module 'nowhere'",
        "fsm.yaml:8: cannot import 'nowhere.b': there is no module 'nowhere'",
        "fsm.yaml:9: cannot import 'nowhere.c': there is no module 'nowhere'",
    ]


def test_a_function_is_the_action_itself(project: Project) -> None:
    project.write("actions.py", "def act(context, step):\n    return step.correlation_id, context\n")
    project.write("fsm.yaml", _yaml("actions.act"))
    (machine,) = project.load().machines
    assert machine.nodes["s"].action is sys.modules["actions"].act
    assert _act(machine, {"a": 1}) == ("id", {"a": 1})


def test_a_class_is_made_once_with_its_path_as_name(project: Project) -> None:
    project.write(
        "actions.py",
        """\
        class Act:
            made = 0

            def __init__(self, name, event=None):
                self.name = name
                Act.made += 1

            def execute(self, context, obj):
                return f"{self.name} {Act.made}"
        """,
    )
    project.write("fsm.yaml", _yaml("actions.Act") + "    entry_action: actions.Act\n")
    (machine,) = project.load().machines
    assert _act(machine, {}) == "actions.Act 1"


def test_modules_are_found_beside_the_file_then_beside_the_first_file(project: Project) -> None:
    project.write("fsm.yaml", "machines:\n- import: sub/fsm.yaml\n")
    project.write("sub/fsm.yaml", _yaml("near.act") + "    entry_action: sub.far.act\n")
    project.write("sub/near.py", "def act(context, step):\n    return 'near'\n")
    project.write("sub/far.py", "def act(context, step):\n    return 'far'\n")
    (machine,) = project.load().machines
    assert _act(machine, {}) == "near"


def test_an_action_may_import_its_neighbours_when_it_runs(project: Project) -> None:
    project.write("fsm.yaml", _yaml("late.act"))
    project.write("late.py", "def act(context, step):\n    import late_neighbour\n    return late_neighbour.VALUE\n")
    project.write("late_neighbour.py", "VALUE = 5\n")
    (machine,) = project.load().machines
    assert _act(machine, {}) == 5


def test_two_folders_of_one_load_cannot_have_a_module_of_the_same_name(project: Project) -> None:
    project.write("fsm.yaml", _yaml("same.act").replace("name: m", "name: n") + "- import: sub/fsm.yaml\n")
    project.write("same.py", "def act(context, step): ...\n")
    project.write("sub/fsm.yaml", _yaml("same.act"))
    project.write("sub/same.py", "def act(context, step): ...\n")
    here = project.root
    assert project.problems() == [
        f"sub/fsm.yaml:7: cannot import 'same.act': module 'same' is already loaded from {here}/same.py; "
        f"give {here}/sub/same.py another name"
    ]


def test_another_load_takes_the_modules_of_its_own_folder(project: Project) -> None:
    for folder in ("one", "two"):
        project.write(f"{folder}/fsm.yaml", _yaml("each.act"))
        project.write(f"{folder}/each.py", f"def act(context, step):\n    return '{folder}'\n")
    (one,), (two,) = project.load("one").machines, project.load("two").machines
    assert (_act(one, {}), _act(two, {})) == ("one", "two")


def test_a_module_that_hides_one_in_use_is_refused(project: Project) -> None:
    project.write("json.py", "def act(context, step): ...\n")
    (problem,) = project.problems_of(_yaml("json.act"))
    assert problem.startswith("fsm.yaml:7: cannot import 'json.act': module 'json' is already loaded from ")
    assert problem.endswith(f"; give {project.root}/json.py another name")


def test_context_is_a_class(project: Project) -> None:
    project.write("orders.py", "class Order: ...\nlate = 1\n")
    text = _yaml("a.b").replace("    do_action: a.b\n", "").replace("  states:", "  context: orders.{}\n  states:")
    project.write("fsm.yaml", text.format("Order"))
    (machine,) = project.load().machines
    assert machine.context is sys.modules["orders"].Order
    assert project.problems_of(text.format("late")) == ["fsm.yaml:3: context 'orders.late' is no class"]
    assert project.problems_of(text.format("Ordr")) == [
        "fsm.yaml:3: cannot import 'orders.Ordr': orders.py has no 'Ordr' (did you mean 'orders.Order'?)"
    ]
