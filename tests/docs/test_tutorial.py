"""Every command of docs/tutorial.md prints what stands there; ``...`` stands for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends.backend import Backend
from tests.docs.snippets import snippets

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
_MARK = "--- command"


def commands() -> list[tuple[str, str]]:
    """Each command, and what it is to print."""
    found: list[tuple[str, str]] = []
    for block in snippets(PAGE, "console"):
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed.strip("\n")))
    return found


def pattern(expected: str) -> str:
    return r"\s*" + ".*".join(re.escape(part) for part in expected.split("...")) + r"\s*"


@pytest.mark.timeout(240)
def test_every_command_prints_what_the_page_says(ministack: Backend, tmp_path: Path) -> None:
    """One shell runs them all, in order, against an emulator."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PRIMARY_", "FSM_"))}
    environment = {
        **clean, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "120",
        "AWS_ENDPOINT_URL": ministack.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    told = commands()
    script = "\n".join(f"echo '{_MARK}'\n{command}" for command, _ in told)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"exec 2>&1\n{script}"], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    printed = done.stdout.split(f"{_MARK}\n")[1:]
    for (command, expected), actual in zip(told, printed, strict=False):
        assert re.fullmatch(pattern(expected), actual, re.DOTALL), f"$ {command}\n{actual}\nis not\n{expected}"
    assert done.returncode == 0, done.stdout[-2000:]
    assert len(printed) == len(told)
