"""The pictures in docs/examples.md: what the block of commands above each of them prints.

``python -m tests.docs.pictures`` draws them anew.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "examples.md"
DRAWN = re.compile(r"```sh\n(?P<commands>.*?)```\n\n```mermaid\n(?P<picture>.*?)```\n", re.DOTALL)


def redrawn(text: str, folder: Path) -> str:
    """The page with each picture as its commands draw it, run in a folder of their own."""
    for number, found in enumerate(DRAWN.finditer(text)):
        place = folder / str(number)
        shutil.copytree(
            PROJECT / "examples", place / "examples", ignore=shutil.ignore_patterns("__pycache__", ".fsm", "own_*")
        )
        picture = printed(found["commands"], place)
        text = text.replace(found[0], f"```sh\n{found['commands']}```\n\n```mermaid\n{picture}```\n")
    return text


def printed(commands: str, folder: Path) -> str:
    """What the last command prints on standard output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PRIMARY_", "FSM_"))}
    environment = {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    printed = ""
    for command in commands.strip().splitlines():
        bash = ["bash", "-euo", "pipefail", "-c", command]
        done = subprocess.run(bash, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"$ {command}\n{done.stdout}\n{done.stderr}\nexit code {done.returncode}")
        printed = done.stdout
    return printed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(redrawn(PAGE.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")
