"""docs/reference/machines.md: each pair makes the same machines, and every construct is in one."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
import yaml

import fsm_domain
from fsm_bootstrap.yaml.keys import FileKeys, ImportKeys, Keys, MachineKeys, RetryKeys, StateKeys, TransitionKeys
from fsm_domain import Machine
from fsm_domain.machine import Node
from fsm_domain.runtime.registry import AnyMachine
from tests.unit.fsm_bootstrap.project import Project, project_in

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "machines.md"
SRC = PAGE.parents[2] / "src"
TEXT = PAGE.read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(python|yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PAIR = re.compile(r"^## (?P<title>[^\n]+)\n(?:(?!^## ).)*?<table>(?P<blocks>.*?)</table>", re.DOTALL | re.MULTILINE)
PAIRS = {found["title"]: found["blocks"] for found in _PAIR.finditer(TEXT)}
SHARED = TEXT.partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return [code for written, code in _BLOCK.findall(text) if written == language]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_in(tmp_path) as made:
        actions, _ = blocks(SHARED, "python")
        made.write("actions.py", actions)
        yield made


def in_python(code: str) -> dict[str, AnyMachine]:
    """The machines of a block, by name; it goes on where the shared blocks end."""
    module = ModuleType("machines_page")
    exec(blocks(SHARED, "python")[1], vars(module))
    exec(code, vars(module))
    return {one.name: one for one in vars(module).values() if isinstance(one, Machine)}


def in_yaml(project: Project, files: list[str]) -> dict[str, AnyMachine]:
    for text in files:
        name = re.match(r"# ([\w/]+\.yaml)\n", text)
        project.write(name[1] if name else "fsm.yaml", text)
    loaded = project.load()
    assert loaded.warnings == ()
    return {one.name: one for one in loaded.machines}


def told(machine: AnyMachine) -> Mapping[str, object]:
    """All that makes a machine, but for what only Python can say."""
    return {
        "fingerprint": machine.fingerprint,
        "context": machine.context,
        "initial": machine.initial,
        "max_steps": machine.max_steps,
        "states": {name: state_told(machine, node) for name, node in machine.nodes.items()},
    }


def state_told(machine: AnyMachine, node: Node[Any, Any]) -> Mapping[str, object]:
    fields = ("entry", "action", "exit", "on_exhausted", "final", "transitions", "deadline", "timeout")
    return {**{field: getattr(node, field) for field in fields}, "retry": machine.retry_for(node.name)}


@pytest.mark.parametrize("title", PAIRS)
def test_both_sides_make_the_same_machines(project: Project, title: str) -> None:
    (code,) = blocks(PAIRS[title], "python")
    from_yaml = in_yaml(project, blocks(PAIRS[title], "yaml"))
    from_python = in_python(code)
    assert list(from_python) == list(from_yaml) != []
    for name, machine in from_python.items():
        assert told(from_yaml[name]) == told(machine)
        assert [n for n, node in machine.nodes.items() if node.waits and not from_yaml[name].nodes[n].waits] == []


@pytest.mark.timeout(180)
def test_mypy_accepts_the_page(project: Project, tmp_path: Path) -> None:
    """As a user runs it: --strict, no configuration, no plugin."""
    shared = blocks(SHARED, "python")[1]
    project.write(
        "page.py", "\n\n".join([shared, *(code for part in PAIRS.values() for code in blocks(part, "python"))])
    )
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "page.py"], env={**os.environ, "MYPYPATH": str(SRC)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_difference_would_be_seen(project: Project) -> None:
    blocks_of = PAIRS["Delays and local transitions"]
    (code,) = blocks(blocks_of, "python")
    (text,) = blocks(blocks_of, "yaml")
    other = in_yaml(project, [text.replace("delay: 1h", "delay: 2h")])
    assert told(other["slow"]) != told(in_python(code)["slow"])


@pytest.mark.parametrize("model", [FileKeys, MachineKeys, StateKeys, TransitionKeys, RetryKeys, ImportKeys])
def test_every_key_is_in_some_file(model: type[Keys]) -> None:
    files = [yaml.safe_load(text) for part in PAIRS.values() for text in blocks(part, "yaml")]
    assert set(model.known()) <= {key for file in files for key in keys_of(file)}


def keys_of(value: object) -> Iterator[str]:
    """All keys of all mappings in it."""
    part = cast("Any", value)
    if isinstance(value, dict):
        yield from part
    if isinstance(value, dict | list):
        for inner in part.values() if isinstance(value, dict) else part:
            yield from keys_of(inner)


@pytest.mark.parametrize("name", ["Machine", "State", "State.on", "State.do", "State.do_or_wait", "State.after",
                                  "FinalState", "FinalState.do", "RetryPolicy"])  # fmt: skip
def test_every_parameter_in_python_is_in_some_block(name: str) -> None:
    code = "\n".join(code for part in PAIRS.values() for code in blocks(part, "python"))
    owner, _, method = name.partition(".")
    made = getattr(getattr(fsm_domain, owner), method) if method else getattr(fsm_domain, owner)
    keywords = {
        name
        for name, parameter in inspect.signature(made).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    assert {keyword for keyword in keywords if f"{keyword}=" not in code} <= {"never"}  # said to be Python's alone
    assert (f".{method}(" if method else owner) in code
