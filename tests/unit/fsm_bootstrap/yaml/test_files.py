"""Imports of other files."""

from __future__ import annotations

from tests.unit.fsm_bootstrap.project import Project


def _machine(name: str) -> str:
    return f"- name: {name}\n  states:\n  - name: s\n    initial: true\n    final: true\n"


def test_machines_come_in_the_order_of_the_file_with_imports_in_their_place(project: Project) -> None:
    project.write("fsm.yaml", f"machines:\n{_machine('a')}- import: more/b.yaml\n{_machine('d')}")
    project.write("more/b.yaml", f"machines:\n{_machine('b')}- import: c.yaml\n")
    project.write("more/c.yaml", f"machines:\n{_machine('c')}")
    assert [machine.name for machine in project.load().machines] == ["a", "b", "c", "d"]


def test_an_import_that_is_not_beside_its_file_is_looked_for_beside_the_first_file(project: Project) -> None:
    project.write("fsm.yaml", "machines:\n- import: more/b.yaml\n")
    project.write("more/b.yaml", "machines:\n- import: more/c.yaml\n")
    project.write("more/c.yaml", f"machines:\n{_machine('c')}")
    assert [machine.name for machine in project.load().machines] == ["c"]


def test_a_file_that_is_imported_twice_is_read_once(project: Project) -> None:
    project.write("fsm.yaml", "machines:\n- import: a.yaml\n- import: b.yaml\n- import: ./a.yaml\n")
    project.write("a.yaml", f"machines:\n{_machine('a')}- import: b.yaml\n")
    project.write("b.yaml", f"machines:\n{_machine('b')}")
    assert [machine.name for machine in project.load().machines] == ["a", "b"]


def test_imports_in_a_circle(project: Project) -> None:
    project.write("fsm.yaml", f"machines:\n{_machine('a')}- import: sub/b.yaml\n")
    project.write("sub/b.yaml", "machines:\n- import: ../fsm.yaml\n")
    assert project.problems() == [
        "sub/b.yaml:2: the imports go round in a circle: fsm.yaml imports sub/b.yaml imports fsm.yaml"
    ]


def test_a_file_that_imports_itself(project: Project) -> None:
    assert project.problems_of("machines:\n- import: fsm.yaml\n") == [
        "fsm.yaml:2: the imports go round in a circle: fsm.yaml imports fsm.yaml"
    ]


def test_missing_files(project: Project) -> None:
    project.write("orders.yaml", "")
    assert project.problems("order.yaml") == ["order.yaml: there is no such file (did you mean 'orders.yaml'?)"]
    assert project.problems_of("machines:\n- import: order.yaml\n- import: x/y.yaml\n") == [
        "fsm.yaml:2: cannot import 'order.yaml': there is no such file (did you mean 'orders.yaml'?)",
        "fsm.yaml:3: cannot import 'x/y.yaml': there is no such file",
    ]


def test_an_import_that_is_a_folder(project: Project) -> None:
    (project.root / "sub").mkdir()
    assert project.problems_of("machines:\n- import: sub\n") == [
        "fsm.yaml:2: cannot import 'sub': is a directory",
    ]


def test_a_machine_defined_twice_in_one_file_or_in_two(project: Project) -> None:
    project.write("b.yaml", f"machines:\n{_machine('a')}")
    assert project.problems_of(f"machines:\n{_machine('a')}{_machine('a')}- import: b.yaml\n") == [
        "fsm.yaml:7: machine 'a' is defined twice, first in fsm.yaml:2",
        "b.yaml:2: machine 'a' is defined twice, first in fsm.yaml:2",
    ]


def test_problems_of_all_files_come_together_file_by_file(project: Project) -> None:
    project.write("broken.yaml", "machines: [\n")
    project.write("b.yaml", f"machines:\n{_machine('b')}    do_action: nowhere.act\n")
    text = f"machines:\n- import: broken.yaml\n- import: b.yaml\n{_machine('a')}    colour: red\n"
    assert [problem.partition(" ")[0] for problem in project.problems_of(text)] == [
        "fsm.yaml:9:",
        "broken.yaml:2:",
        "b.yaml:7:",
    ]
