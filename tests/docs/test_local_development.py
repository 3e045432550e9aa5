"""What docs/how-to/local-development.md says of an emulator, word for word but for the port."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends.backend import Backend
from tests.docs.snippets import snippets

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "how-to" / "local-development.md"
HERE = "http://127.0.0.1:4566"
"""The emulator's address on the page."""
INSTALL = "pip install 'lambda-fsm[aws]'\n"


@pytest.mark.timeout(120)
def test_a_machine_completes_on_an_emulator(ministack: Backend, tmp_path: Path) -> None:
    shutil.copy(PROJECT / "examples" / "orders" / "machines.py", tmp_path)
    blocks = [one.text for one in snippets(PAGE, "bash") if HERE in one.text]
    made, looked = (run(block.replace(INSTALL, ""), ministack, tmp_path) for block in blocks)
    assert "completed" in made
    assert "a record can be read" in looked


def run(block: str, emulator: Backend, folder: Path) -> str:
    """What a new shell prints; it must succeed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PRIMARY_", "FSM_"))}
    environment = {**clean, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    bash = ["bash", "-euo", "pipefail", "-c", block.replace(HERE, emulator.endpoint)]
    done = subprocess.run(bash, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"$ {block}\n{done.stdout}\n{done.stderr}\nexit code {done.returncode}"
    return done.stdout
