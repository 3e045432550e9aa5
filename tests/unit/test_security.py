"""What docs/security.md promises, as far as no other test does."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fsm_adapters._wire.message import decode
from fsm_adapters.subprocess.container_runner import SubprocessContainerRunner
from fsm_ports import ContainerTask, Delivery, Instance, PortError
from tests import lock_servers
from tests.unit.fsm_domain.runtime.world import World, line, says

SOURCE = Path(__file__).parents[2] / "src"
DANGEROUS = {
    "eval", "exec", "compile", "os.system", "os.popen", "pickle.load", "pickle.loads", "marshal.loads", "shelve.open",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "subprocess.getoutput",
    "subprocess.getstatusoutput",
}  # fmt: skip


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in our code, by what is called."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node


def test_nothing_is_evaluated_or_unpickled() -> None:
    found = {name for name, _ in calls()}
    assert len(found) > 1000
    assert found & DANGEROUS == set()


def test_no_command_goes_through_a_shell() -> None:
    shells = [
        ast.unparse(node)
        for _, node in calls()
        for keyword in node.keywords
        if keyword.arg == "shell" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    ]
    assert shells == []


def test_what_a_shell_would_read_reaches_a_process_as_it_stands(tmp_path: Path) -> None:
    runner, said = SubprocessContainerRunner(tmp_path / "runs"), tmp_path / "said"
    words = ["; touch gotcha", "$(touch gotcha)", "`touch gotcha`", "a b", "*"]
    code = f"import json, sys; open({str(said)!r}, 'w').write(json.dumps(sys.argv[1:]))"
    started = runner.run(ContainerTask(sys.executable, ("-c", code, *words), {}, "t-1"))
    assert not isinstance(started, PortError)
    lock_servers.eventually(lambda: said.exists() and said.read_text().endswith("]"), "nothing was said")
    assert json.loads(said.read_text()) == words
    assert not list(tmp_path.rglob("gotcha"))


@pytest.mark.parametrize(
    "name", ["os:system", "antigravity", "line; import os", "../machines.py", "fsm_domain.Machine"]
)
def test_a_message_cannot_name_code(name: str) -> None:
    world = World(line(says("next")))
    loaded = set(sys.modules)
    text = {"machine_name": name, "current_state": "s0", "current_event": "next", "correlation_id": "x", "steps": 1,
            "retries": 0}  # fmt: skip
    message = decode(json.dumps({"version": "0.1", "system_context": text, "user_context": {}}))
    assert isinstance(message, Instance)
    world.dispatcher.handle([Delivery(message, None, "p-1")], world.clock.now() + 30.0)
    assert set(sys.modules) == loaded
    assert world.metrics.figures[-1].name == "quarantined"
