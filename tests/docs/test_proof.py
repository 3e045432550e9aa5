"""What docs/proof.md promises of the simulator is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from fsm_bootstrap.simulation.invariants.checks import CHECKS
from tests.docs.snippets import snippets

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"


def test_every_invariant_is_named() -> None:
    named = set(re.findall(r"\bI\d+\b", PAGE.read_text(encoding="utf-8")))
    assert named == {*CHECKS, "I13"}


def test_its_command_finds_nothing(tmp_path: Path) -> None:
    (block,) = snippets(PAGE, "sh")
    words = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", *block.text.split()[1:]]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none" in done.stdout
