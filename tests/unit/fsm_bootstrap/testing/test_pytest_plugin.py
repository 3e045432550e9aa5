"""The fixture `fsm_harness`: in this very process, and what it costs those who do not use it."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from fsm_bootstrap.testing import HarnessFactory, NetworkBlocked
from fsm_bootstrap.testing.factory import Harnesses
from tests.unit.fsm_bootstrap.testing.machines import Question, Work, approval, line

HEAVY = ("pydantic", "dependency_injector", "yaml", "fsm_domain", "fsm_adapters", "fsm_ports", "typer", "rich")


def test_a_machine_is_tried_on_the_fixture(fsm_harness: HarnessFactory) -> None:
    harness = fsm_harness(line(), approval())
    name, waiting = harness.start("line", Work()), harness.start("approval", Question())
    harness.run_until_rest()
    assert (harness.status(name), harness.status(waiting)) == ("completed", "waiting")
    with pytest.raises(NetworkBlocked):
        socket.getaddrinfo("example.org", 443)


def test_every_harness_is_closed_at_the_end() -> None:
    with Harnesses() as make:
        one, other = make(line(), seed=1), make(approval(), allow_network=True)
    for harness in (one, other):
        with pytest.raises(RuntimeError, match="closed"):
            harness.advance(hours=1)
    assert socket.getaddrinfo("127.0.0.1", 80)


def test_the_wheel_tells_pytest_of_the_plugin() -> None:
    (plugin,) = (entry for entry in entry_points(group="pytest11") if entry.value.startswith("fsm_"))
    assert (plugin.name, plugin.value) == ("fsm", "fsm_bootstrap.testing.pytest_plugin")


def test_the_plugin_imports_nothing_that_is_not_needed_yet() -> None:
    code = f"""
import sys, pytest, fsm_bootstrap.testing.pytest_plugin
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    import fsm_bootstrap.testing as kit

    assert all(getattr(kit, name) for name in kit.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = kit.nonsense


def test_a_project_of_another_folder_finds_the_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(fsm_harness):\n    assert fsm_harness().now\n")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
