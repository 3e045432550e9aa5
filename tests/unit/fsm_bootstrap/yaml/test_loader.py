"""The file and Python make the same machine."""

from __future__ import annotations

import sys
import tempfile
from collections import OrderedDict
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm_domain.machine import FinalState, Machine, RetryPolicy, State
from fsm_domain.machine.state import DEADLINE
from tests.unit.fsm_bootstrap.project import Project, project_in

ACTIONS = "def act(context, step): ...\ndef other(context, step): ...\n"


def test_every_key(project: Project) -> None:
    project.write("actions.py", ACTIONS)
    project.write(
        "fsm.yaml",
        """\
        machines:
        - name: orders
          context: collections.OrderedDict
          max_retries: 3
          max_steps: 50
          retry: {base: 0.5, cap: 1m}
          states:
          - name: charge
            initial: true
            entry_action: actions.act
            do_action: actions.other
            exit_action: actions.act
            on_exhausted: declined
            retry: {max_retries: 0, cap: 2h}
            transitions:
            - {event: paid, target: ship, action: actions.other, local: true}
            - {event: declined, target: cancelled}
          - name: ship
            transitions:
            - {event: shipped, target: done}
            - {after: 1h30m, target: cancelled}
          - {name: done, final: true, do_action: actions.act, entry_action: actions.other}
          - {name: cancelled, final: true}
        """,
    )
    (machine,) = project.load().machines
    act, other = (getattr(sys.modules["actions"], name) for name in ("act", "other"))
    assert (machine.name, machine.context, machine.initial, machine.max_steps) == ("orders", OrderedDict, "charge", 50)
    assert machine.retry_for("ship") == RetryPolicy(max_retries=3, base=0.5, cap=60.0)
    assert machine.retry_for("charge") == RetryPolicy(max_retries=0, base=0.5, cap=7200.0)
    charge, ship, done = (machine.nodes[name] for name in ("charge", "ship", "done"))
    assert (charge.entry, charge.action, charge.exit) == (act, other, act)
    assert (charge.on_exhausted, charge.waits, charge.final) == ("declined", True, False)
    paid = machine.edges["charge", "paid"].transition
    assert (paid.target, paid.action, paid.local) == ("ship", other, True)
    assert (ship.action, ship.waits, ship.deadline) == (None, True, 5400.0)
    assert machine.edges["ship", DEADLINE].target.name == "cancelled"
    assert (done.final, done.action, done.entry) == (True, act, other)


def test_max_retries_zero_means_none(project: Project) -> None:
    states = "  states:\n  - {name: s, initial: true, final: true}\n"
    project.write("fsm.yaml", f"machines:\n- name: m\n  max_retries: 0\n{states}")
    (machine,) = project.load().machines
    assert machine.retry_for("s").max_retries == 0


def test_a_machine_without_more_has_the_defaults_of_python(project: Project) -> None:
    project.write("fsm.yaml", "machines:\n- name: m\n  states:\n  - {name: s, initial: true, final: true}\n")
    (machine,) = project.load().machines
    plain = Machine[str, dict[str, object]]("m", dict, initial="s", states=[FinalState("s")])
    assert (machine.retry, machine.max_steps, machine.context) == (plain.retry, plain.max_steps, plain.context)
    assert machine.fingerprint == plain.fingerprint


NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_.-]{0,8}", fullmatch=True)


@st.composite
def _descriptions(draw: st.DrawFn) -> dict[str, Any]:
    """A machine as the file has it: a chain, so that every state is reached, with more transitions at random."""
    names = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    states: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        final = number == len(names) - 1
        state: dict[str, Any] = {"name": name}
        if number == 0:
            state["initial"] = True
        if draw(st.booleans()):
            state["do_action"] = "actions.act"
        if final:
            state["final"] = True
        else:
            targets = [names[number + 1], *draw(st.lists(st.sampled_from(names), max_size=3))]
            events = draw(st.lists(NAMES, min_size=len(targets), max_size=len(targets), unique=True))
            ways: list[dict[str, Any]] = [
                {"event": event, "target": target, "local": draw(st.booleans())}
                for event, target in zip(events, targets, strict=True)
            ]
            state["transitions"] = ways
            if draw(st.booleans()):
                after: dict[str, Any] = {"after": draw(st.integers(1, 10**6)), "target": draw(st.sampled_from(names))}
                ways.insert(draw(st.integers(0, len(targets))), after)
        states.append(state)
    return {"name": draw(NAMES), "states": draw(st.permutations(states))}


def _in_python(description: dict[str, Any]) -> Machine[str, Any]:
    def act(context: object, step: object) -> None: ...

    nodes: list[Any] = []
    for state in description["states"]:
        if "final" in state:
            end = FinalState[str, Any](state["name"])
            nodes.append(end.do(act) if "do_action" in state else end)
            continue
        node: Any = State[str, Any](state["name"])
        for way in state["transitions"]:
            if "after" in way:
                node = node.after(timedelta(seconds=way["after"]), way["target"])
            else:
                node = node.on(way["event"], way["target"], local=way["local"])
        nodes.append(node.do_or_wait(act) if "do_action" in state else node)
    initial = next(state["name"] for state in description["states"] if "initial" in state)
    return Machine[str, Any](description["name"], dict, initial=initial, states=nodes)


@settings(deadline=None, database=None, print_blob=True)
@given(_descriptions())
def test_a_machine_has_one_fingerprint_however_it_is_written(description: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, project_in(Path(folder)) as project:
        project.write("actions.py", ACTIONS)
        project.write("fsm.yaml", yaml.safe_dump({"machines": [description]}))
        (machine,) = project.load().machines
    python = _in_python(description)
    assert machine.fingerprint == python.fingerprint
    assert list(machine.nodes) == list(python.nodes)
