"""What the parts of a machine must be to each other."""

from __future__ import annotations

from textwrap import indent

import pytest

from tests.unit.fsm_bootstrap.project import Project


def _machine(states: str, more: str = "") -> str:
    return f"machines:\n- name: m\n{indent(more, '  ')}  states:\n{indent(states, '  ')}"


GO = "- name: a\n  initial: true\n  transitions:\n  - event: go\n    target: b\n"
END = "- name: b\n  final: true\n"


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        (
            GO.replace("target: b", "target: bb") + END,
            "8: state 'a' leads to state 'bb', which is not defined (did you mean 'b'?)",
        ),
        (GO.replace("target: b", "target: zz") + END, "8: state 'a' leads to state 'zz', which is not defined"),
        (GO.replace("initial: true", "initial: false") + END, "2: machine 'm' has no initial state; one state needs"),
        (GO + END + "  initial: true\n", "11: machine 'm' has two initial states, 'a' (line 5) and 'b'"),
        (GO + END + END, "11: state 'b' is defined twice, first in line 9"),
        (GO + "  - event: go\n    target: a\n" + END, "9: state 'a' has event 'go' twice, first in line 7"),
        (
            GO + END + "  transitions: [{event: back, target: a}]\n",
            "11: state 'b' is final and cannot have the key 'transitions'",
        ),
        (GO + END + "  retry: {max_retries: 1}\n", "11: state 'b' is final and cannot have the key 'retry'"),
        (GO + END + "  on_exhausted: go\n", "11: state 'b' is final and cannot have the key 'on_exhausted'"),
        (GO + "- name: b\n", "9: nothing leads out of state 'b'; give it transitions, or 'final: true'"),
        (GO + "  on_exhausted: go\n" + END, "9: state 'a' has on_exhausted, which needs a do_action beside it"),
        (GO + "    after: 3d\n" + END, "9: a transition has either 'event' or 'after', not both"),
        (
            GO + "  - {after: 3d, target: b}\n  - {after: 4d, target: b}\n" + END,
            "10: state 'a' has 'after' twice, first in line 9",
        ),
        (
            GO + "  - {after: 3d, target: b, local: true}\n" + END,
            "9: a transition with 'after' cannot have the key 'local'",
        ),
        (GO + END + "- name: c\n  final: true\n", "11: state 'c' can never be reached from 'a'"),
    ],
)  # fmt: skip
def test_problem(project: Project, states: str, problem: str) -> None:
    problems = project.problems_of(_machine(states))
    assert len(problems) == 1
    assert problems[0].startswith(f"fsm.yaml:{problem}")


def test_two_states_in_one_line_are_told_apart(project: Project) -> None:
    text = "machines: [{name: m, states: [{name: a, initial: true, final: true}, {name: a, final: true}]}]\n"
    assert project.problems_of(text) == ["fsm.yaml:1: state 'a' is defined twice, first in line 1"]


def test_max_retries_in_two_places(project: Project) -> None:
    text = _machine(GO + END, more="max_retries: 3\nretry:\n  max_retries: 4\n")
    assert project.problems_of(text) == ["fsm.yaml:3: max_retries is given twice, here and under 'retry'"]


def test_on_exhausted_is_an_event_that_the_state_handles(project: Project) -> None:
    project.write("actions.py", "def act(context, step): ...\n")
    text = _machine(GO + "  do_action: actions.act\n  on_exhausted: goo\n" + END)
    assert project.problems_of(text) == [
        "fsm.yaml:10: on_exhausted is 'goo', an event that state 'a' does not handle (did you mean 'go'?)"
    ]


def test_an_action_that_declares_an_event_which_its_state_does_not_handle(project: Project) -> None:
    project.write(
        "actions.py",
        """\
        from typing import Literal

        def act(context, step) -> Literal["go", "stop"]: ...

        class Act:
            def __init__(self, name): ...
            def execute(self, context, obj) -> Literal["gone"] | None: ...
        """,
    )
    assert project.problems_of(_machine(GO + "  do_action: actions.act\n" + END)) == [
        "fsm.yaml:9: action 'actions.act' may return 'stop', an event that state 'a' does not handle"
    ]
    assert project.problems_of(_machine(GO + "  do_action: actions.Act\n" + END)) == [
        "fsm.yaml:9: action 'actions.Act' may return 'gone', an event that state 'a' does not handle"
        " (did you mean 'go'?)"
    ]


def test_exit_action_of_a_final_state_is_a_warning(project: Project) -> None:
    project.write("actions.py", "def act(context, step): ...\n")
    project.write("fsm.yaml", _machine(GO + END + "  exit_action: actions.act\n"))
    loaded = project.load()
    assert [machine.name for machine in loaded.machines] == ["m"]
    assert [str(warning) for warning in loaded.warnings] == [
        "fsm.yaml:11: state 'b' is final: its exit_action never runs; do_action does, on arrival"
    ]
