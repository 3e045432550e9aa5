"""What a newcomer does, from the built wheel in an empty venv: the README word for word, and `fsm init`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.docs.snippets import snippets

PROJECT = Path(__file__).parents[2]
# One process builds the wheel; the rest of the tests go on beside it.
pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("wheel")]


def run(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What a shell prints on both its outputs; it must succeed."""
    bash = ["bash", "-euo", "pipefail", "-c", command]
    done = subprocess.run(bash, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"$ {command}\n{done.stdout}\n{done.stderr}\nexit code {done.returncode}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a shell in a venv that holds the wheel and pytest, and nothing of this checkout."""
    place = tmp_path_factory.mktemp("wheel")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL"))}
    run(f"{sys.executable} -m build --wheel --no-isolation --outdir {place} {PROJECT}", place, plain)
    (wheel,) = place.glob("*.whl")
    run(f"{sys.executable} -m venv {place}/venv", place, plain)
    run(f"{place}/venv/bin/python -m pip install --quiet --disable-pip-version-check {wheel} pytest", place, plain)
    return {**plain, "PATH": f"{place}/venv/bin:{plain['PATH']}"}


def test_the_readme_leads_to_a_finished_machine(shell: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__", ".fsm"))
    printed = ""
    for snippet in snippets(PROJECT / "README.md", "python", "sh"):
        if snippet.language == "python":
            name = re.match(r"# (\w+\.py)\n", snippet.text)
            assert name is not None, f"a Python block begins with the name of its file:\n{snippet.text}"
            (tmp_path / name[1]).write_text(snippet.text)
        elif snippet.text.strip() != "pip install lambda-fsm":
            printed += run(snippet.text, tmp_path, shell)
    assert "retry 1" in printed
    assert "the mail server is busy" in printed
    assert re.search(r"s-1\s+signup\s+completed|completed", printed)


@pytest.mark.parametrize("option", ["", "--yaml"])
def test_a_project_made_by_init_passes_its_test_and_runs(shell: dict[str, str], tmp_path: Path, option: str) -> None:
    printed = run(f"fsm init orders {option} && cd orders && pytest && fsm run orders", tmp_path, shell)
    assert re.search(r"\d+ passed", printed)
    assert "completed" in printed


@pytest.mark.parametrize("example", ["own_backend", "own_runner"])
def test_an_adapter_of_another_package_keeps_its_contract(shell: dict[str, str], tmp_path: Path, example: str) -> None:
    install_example(example, shell, tmp_path)
    printed = run("pytest", tmp_path / example, shell)
    assert re.search(r"\d+ passed", printed)
    assert "skipped" not in printed


def test_a_machine_runs_on_the_bus_of_another_package(shell: dict[str, str], tmp_path: Path) -> None:
    install_example("own_backend", shell, tmp_path)
    shutil.copy(PROJECT / "examples" / "orders" / "machines.py", tmp_path)
    elsewhere = {**shell, "PRIMARY_STREAM_SOURCE": f"dir://{tmp_path}/spool"}
    assert "completed" in run("fsm run machines.py", tmp_path, elsewhere)
    assert (tmp_path / "spool").is_dir()


def install_example(name: str, shell: Mapping[str, str], folder: Path) -> None:
    """Copy the example there, build its wheel and install it beside ours."""
    place = shutil.copytree(PROJECT / "examples" / name, folder / name)
    run(f"{sys.executable} -m build --wheel --no-isolation --outdir {folder} {place}", folder, os.environ)
    run(f"python -m pip install --quiet --disable-pip-version-check --no-deps {folder}/*.whl", folder, shell)


def test_the_wheel_brings_no_cloud_library(shell: dict[str, str], tmp_path: Path) -> None:
    listed = run("python -m pip list --format=freeze", tmp_path, shell)
    assert not re.search(r"(?im)^(boto3|botocore|redis|pymemcache)==", listed)
