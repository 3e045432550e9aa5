"""Keys and values that do not fit: each with its line, in words, all in one go."""

from __future__ import annotations

import pytest

from tests.unit.fsm_bootstrap.project import Project

ONE_STATE = "machines:\n- name: m\n  states:\n  - name: s\n    initial: true\n    final: true\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "fsm.yaml:1: the file needs the key 'machines'"),
        ("machines:\n", "fsm.yaml:1: the file needs the key 'machines'"),
        ("machines: []\n", "fsm.yaml:1: 'machines' must not be empty"),
        (
            "- name: m\n",
            "fsm.yaml:1: the file must have the key 'machines' with a list of machines; it is a list",
        ),
        ("just words\n", "fsm.yaml:1: the file must have the key 'machines' with a list of machines; it is the text"),
        ("machines: {name: m}\n", "fsm.yaml:1: 'machines' must be a list; it is a mapping"),
        ("machine:\n- name: m\n", "fsm.yaml:1: the file has no key 'machine' (did you mean 'machines'?)"),
        (f"{ONE_STATE}version: 2\n", "fsm.yaml:7: the file has no key 'version'; its keys are machines"),
        (
            f"{ONE_STATE}- tracer\n",
            "fsm.yaml:7: a machine must be a mapping with the keys name, context, max_retries, retry, max_steps, "
            "renamed, migrate, states; it is the text 'tracer'",
        ),
        ("machines:\n- name: m\n", "fsm.yaml:2: a machine needs the key 'states'"),
        ("machines:\n- name: m\n  states:\n", "fsm.yaml:3: a machine needs the key 'states'"),
        ("machines:\n- name: m\n  states: []\n", "fsm.yaml:3: 'states' must not be empty"),
        (f"{ONE_STATE}- import: [a, b]\n", "fsm.yaml:7: 'import' must be text; it is a list"),
        (f"{ONE_STATE}- import:\n", "fsm.yaml:7: an import needs the key 'import'"),
        (f"{ONE_STATE}- as: x\n  import: other.yaml\n", "fsm.yaml:7: an import has no key 'as'; its keys are import"),
    ],
)
def test_file_and_machines(project: Project, text: str, problem: str) -> None:
    assert project.problems_of(text)[0].startswith(problem)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("max_retrys: 3", "a machine has no key 'max_retrys' (did you mean 'max_retries'?)"),
        (
            "colour: red",
            "a machine has no key 'colour'; its keys are name, context, max_retries, retry, max_steps, renamed, "
            "migrate, states",
        ),
        (
            "stream: arn",
            "key 'stream' is no longer read: the setting PRIMARY_STREAM_SOURCE took its place; remove it",
        ),
        ("max_retries: -1", "'max_retries' must be at least 0, not -1"),
        ("max_retries: '5'", "'max_retries' must be a whole number; it is the text '5'"),
        ("max_retries: 2.5", "'max_retries' must be a whole number; it is a number"),
        (
            "max_retries: yes",
            "'max_retries' must be a whole number; it is true or false to YAML (as are yes, no, on and off)",
        ),
        ("max_steps: 0", "'max_steps' must be at least 1, not 0"),
        ("retry: 5", "'retry' must be a mapping with the keys max_retries, base, cap; it is a number"),
        ("retry: {colour: 5}", "a retry has no key 'colour'; its keys are max_retries, base, cap"),
        ("retry: {cap: 3x}", "'cap' must be seconds, or a text such as 90s, 15m, 1h30m, 3d; not '3x'"),
        ("retry: {base: .nan}", "'base' must be seconds, or a text such as 90s, 15m, 1h30m, 3d; not nan"),
        ("retry: {base: 100}", "base and cap are seconds, 0 <= base <= cap, not base=100.0, cap=60.0"),
        ("context: Order", "'context' must be a dotted path, module.name, not 'Order'"),
    ],
)  # fmt: skip
def test_keys_of_a_machine(project: Project, line: str, problem: str) -> None:
    text = ONE_STATE.replace("  states:", f"  {line}\n  states:")
    assert project.problems_of(text) == [f"fsm.yaml:3: {problem}"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("entry-action: a.b", "a state has no key 'entry-action' (did you mean 'entry_action'?)"),
        ("final: 1", "'final' must be true or false; it is a number"),
        ("do_action: Charge", "'do_action' must be a dotted path, module.name, not 'Charge'"),
        ("do_action: a b.c", "'do_action' must be a dotted path, module.name, not 'a b.c'"),
        ("on_exhausted: [a]", "'on_exhausted' must be text; it is a list"),
        ("transitions: {event: a}", "'transitions' must be a list; it is a mapping"),
        (
            "transitions: [go]",
            "a transition must be a mapping with the keys target, event, after, action, local, delay;"
            " it is the text 'go'",
        ),
        ("transitions: [{event: a}]", "a transition needs the key 'target'"),
        ("transitions: [{target: s}]", "a transition needs the key 'event', or 'after'"),
        (
            "transitions: [{event: a, target: s, tagret: s}]",
            "a transition has no key 'tagret' (did you mean 'target'?)",
        ),
        (
            "transitions: [{event: on, target: s}]",
            "'event' must be text; it is true or false to YAML (as are yes, no, on and off); quote it",
        ),
        ("transitions: [{event: 2024-01-31, target: s}]", "'event' must be text; it is a date to YAML; quote it"),
        ("transitions: [{event: 7, target: s}]", "'event' must be text; it is a number; quote it"),
        (
            "transitions: [{event: '@deadline', target: s}]",
            "'@deadline' is no name; use letters, digits and _ . - and begin with a letter",
        ),
        ("transitions: [{event: a, target: s, local: maybe}]", "'local' must be true or false; it is the text 'maybe'"),
        ("transitions: [{after: 0, target: s}]", "'after' must be above 0.0, not 0.0"),
        (
            "transitions: [{after: soon, target: s}]",
            "'after' must be seconds, or a text such as 90s, 15m, 1h30m, 3d; not 'soon'",
        ),
    ],
)  # fmt: skip
def test_keys_of_states_and_transitions(project: Project, line: str, problem: str) -> None:
    text = f"""
        machines:
        - name: m
          states:
          - name: s
            initial: true
            {line}
            {"transitions: [{event: go, target: s}]" if not line.startswith("transitions") else ""}
        """
    assert project.problems_of(text) == [f"fsm.yaml:7: {problem}"]


def test_a_name_that_is_no_name(project: Project) -> None:
    assert project.problems_of(ONE_STATE.replace("name: s", "name: two words")) == [
        "fsm.yaml:4: 'two words' is no name; use letters, digits and _ . - and begin with a letter"
    ]


def test_a_key_without_a_value_counts_as_absent(project: Project) -> None:
    project.write(
        "fsm.yaml",
        "machines:\n- name: m\n  max_retries:\n  states:\n  - name: s\n    initial: true\n    final: true\n"
        "    entry_action:\n    transitions:\n",
    )
    (machine,) = project.load().machines
    assert machine.retry.max_retries == 5
    assert machine.nodes["s"].entry is None


def test_what_is_wrong_in_one_part_hides_nothing_in_others_and_blames_no_neighbour(project: Project) -> None:
    text = """\
        machines:
        - name: first
          max_retries: many
          states:
          - nam: start
            initial: true
          - name: middle
            transitons: []
            transitions:
            - event: on
              target: end
            - event: go
              target: start
            - event: go
              target: middle
          - name: end
            final: perhaps
        - name: second
          states:
          - name: start
            initial: true
            transitions:
            - event: go
              target: ende
          - name: end
            final: true
            exit_actoin: a.b
        - 7
        """
    assert project.problems_of(text) == [
        "fsm.yaml:3: 'max_retries' must be a whole number; it is the text 'many'",
        "fsm.yaml:5: a state has no key 'nam' (did you mean 'name'?)",
        "fsm.yaml:8: a state has no key 'transitons' (did you mean 'transitions'?)",
        "fsm.yaml:10: 'event' must be text; it is true or false to YAML (as are yes, no, on and off); quote it",
        "fsm.yaml:14: state 'middle' has event 'go' twice, first in line 12",
        "fsm.yaml:17: 'final' must be true or false; it is the text 'perhaps'",
        "fsm.yaml:24: state 'start' leads to state 'ende', which is not defined (did you mean 'end'?)",
        "fsm.yaml:27: a state has no key 'exit_actoin' (did you mean 'exit_action'?)",
        "fsm.yaml:28: a machine must be a mapping with the keys name, context, max_retries, retry, max_steps, "
        "renamed, migrate, states; it is a number",
    ]
