"""The hook that other projects name in their .pre-commit-config.yaml."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import cast

import yaml

ROOT = Path(__file__).resolve().parents[2]


def hook() -> dict[str, object]:
    hooks = cast("list[dict[str, object]]", yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")))
    assert [one["id"] for one in hooks] == ["fsm-check"]
    return hooks[0]


def test_it_has_what_pre_commit_demands() -> None:
    assert {"id", "name", "entry", "language"} <= hook().keys()
    assert hook()["language"] == "system"


def test_its_command_checks_what_args_name(tmp_path: Path) -> None:
    program, *arguments = shlex.split(str(hook()["entry"]))
    command = [str(Path(sys.executable).with_name(program)), *arguments, "--no-types"]
    sound = subprocess.run([*command, str(ROOT / "examples/tracer/fsm.yaml")], cwd=tmp_path, check=False, timeout=60)
    (tmp_path / "fsm.yaml").write_text("machines:\n- nam: m\n", encoding="utf-8")
    broken = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)
    assert (sound.returncode, broken.returncode) == (0, 3)
    assert "fsm.yaml:2: a machine has no key 'nam' (did you mean 'name'?)" in broken.stdout
