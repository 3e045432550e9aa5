"""An fsm.yaml as typed Python: it says all that the YAML says, and each line knows where it comes from."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fsm_bootstrap.checking.typed_python import Kind, TypedPython, typed_python
from fsm_bootstrap.yaml.loader import examine
from tests.unit.fsm_bootstrap.project import Project

YAML = """\
machines:
  - name: quote
    context: actions.Order
    states:
      - name: pay
        initial: true
        entry_action: actions.note
        do_action: actions.pay
        exit_action: actions.note
        on_exhausted: refused
        transitions:
          - event: paid
            target: end
            action: actions.note
          - event: refused
            target: end
          - after: 3d
            target: end
      - name: end
        final: true
        do_action: actions.Legacy
"""
ACTIONS = """\
class Order: ...
def pay(order, step): ...
def note(order, step): ...
class Legacy:
    def __init__(self, name): ...
    def execute(self, context, obj): ...
"""


@pytest.fixture
def written(project: Project) -> TypedPython:
    project.write("actions.py", ACTIONS)
    project.write("fsm.yaml", YAML)
    return typed_python(examine(Path("fsm.yaml")).sources)


def test_it_is_python(written: TypedPython) -> None:
    ast.parse(written.text)


def test_it_says_what_the_yaml_says(written: TypedPython) -> None:
    text = " ".join(written.text.split())
    for part in (
        "import actions as _module_1",
        "_names_1 = _Literal['pay', 'end']",
        "_context_1 = _module_1.Order",
        "_State[_names_1, _context_1]( 'pay', entry=_unseen(_action_2), exit=_unseen(_action_3), )",
        ".on( 'paid', 'end', action=_unseen(_action_5), )",
        ".after(_timedelta(seconds=259200.0), 'end')",
        ".do_or_wait( _action_4, on_exhausted='refused', )",
        "_action_7 = _of_class(_module_1.Legacy('actions.Legacy'))",
        "_FinalState[_names_1, _context_1]( 'end', ) .do( _action_7, )",
        "_Machine[_names_1, _context_1]( 'quote', _context_1, initial='pay', states=[",
    ):
        assert part in text


def test_each_line_knows_where_it_comes_from(written: TypedPython) -> None:
    lines = written.text.splitlines()
    places = {lines[number - 1].strip(): (origin.line, origin.kind) for number, origin in written.origins.items()}
    assert places["entry=_unseen(_action_2),"] == (7, Kind.CONTEXT)
    assert places["_action_4 = _module_1.pay"] == (8, Kind.NAME)
    assert places["_action_4,"] == (8, Kind.EVENTS)
    assert places["on_exhausted='refused',"] == (10, Kind.REST)
    assert places["'paid',"] == (12, Kind.REST)
    assert places["action=_unseen(_action_5),"] == (14, Kind.CONTEXT)
    assert places["_action_7 = _of_class(_module_1.Legacy('actions.Legacy'))"] == (21, Kind.CONTEXT)


def test_every_line_of_a_machine_has_an_origin(written: TypedPython) -> None:
    lines = written.text.splitlines()
    first = next(number for number, line in enumerate(lines, 1) if line.startswith("_names_1"))
    assert set(range(first, len(lines) + 1)) <= written.origins.keys()


def test_what_python_cannot_name_is_told(project: Project) -> None:
    project.write("odd-name/__init__.py", "def act(context, step): ...\n")
    project.write(
        "fsm.yaml",
        """\
        machines:
          - name: m
            states:
              - name: a
                initial: true
                do_action: odd-name.act
                transitions: [{event: go, target: a}]
        """,
    )
    written = typed_python(examine(Path("fsm.yaml")).sources)
    assert written.unseen == ("odd-name.act",)
    ast.parse(written.text)


def test_it_grows_with_the_machine_and_no_faster(project: Project) -> None:
    def lines(states: int) -> int:
        ways = "transitions: [{event: next, target: s0}, {event: a, target: s1}, {event: b, target: s1}]"
        ring = [f"      - {{name: s{i}, initial: {str(i == 0).lower()}, {ways}}}\n" for i in range(states)]
        project.write("fsm.yaml", "machines:\n  - name: m\n    states:\n" + "".join(ring))
        return len(typed_python(examine(Path("fsm.yaml")).sources).text.splitlines())

    assert lines(60) - lines(40) == lines(40) - lines(20) < 20 * 20
