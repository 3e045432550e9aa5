"""Delays of transitions and time-outs of actions, in fsm.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsm_bootstrap.definitions import DefinitionError
from fsm_bootstrap.yaml import load

MACHINE = """\
machines:
- name: m
  states:
  - name: a
    initial: true
    do_action: times_actions.act
    {state}
    transitions:
    - event: go
      target: b
      {transition}
  - name: b
    final: true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "times_actions.py").write_text("def act(context, step):\n    return 'go'\n")
    return tmp_path


def write(folder: Path, state: str = "max: 1", transition: str = "local: false") -> Path:
    path = folder / "fsm.yaml"
    path.write_text(MACHINE.format(state=state, transition=transition))
    return path


def test_a_delay_and_a_timeout_reach_the_machine(folder: Path) -> None:
    (machine,) = load(write(folder, "timeout: 1m30s", "delay: 2h")).machines
    assert machine.nodes["a"].timeout == 90.0
    assert machine.edges["a", "go"].transition.delay == 7200.0


@pytest.mark.parametrize(
    ("state", "transition", "line", "said"),
    [
        ("timeout: soon", "local: false", 7, "must be seconds, or a text such as 90s"),
        ("timeout: 0", "local: false", 7, "must be above 0"),
        ("timeout: 5", "delay: later", 11, "must be seconds, or a text such as 90s"),
        ("timeout: 99999999999w", "local: false", 7, "must be at most 36500d"),
        ("timeout: 5", "delay: 36501d", 11, "must be at most 36500d"),
        ("timeout: 5", "local: true\n      delay: 5", 12, "a local transition is part of its step"),
    ],
)
def test_times_that_make_no_sense_are_named_with_their_line(
    folder: Path, state: str, transition: str, line: int, said: str
) -> None:
    with pytest.raises(DefinitionError) as raised:
        load(write(folder, state, transition))
    (problem,) = raised.value.problems
    assert problem.line == line
    assert said in problem.message


def test_a_timeout_needs_an_action(folder: Path) -> None:
    path = write(folder, "timeout: 5")
    path.write_text(path.read_text().replace("    do_action: times_actions.act\n", ""))
    with pytest.raises(DefinitionError, match="has a timeout, which needs a do_action"):
        load(path)
