"""docs/examples.md shows the examples as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pictures import DRAWN, PAGE, PROJECT, printed, redrawn
from tests.docs.snippets import snippets


@pytest.mark.timeout(180)
def test_every_picture_is_current(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert redrawn(text, tmp_path) == text, "python -m tests.docs.pictures draws them anew"


def test_every_picture_on_the_page_has_its_commands() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```mermaid\n") == len(DRAWN.findall(text)) > 0


def test_every_example_with_a_machine_is_shown() -> None:
    files = [*PROJECT.glob("examples/*/machines.py"), *PROJECT.glob("examples/*/fsm.yaml")]
    shown = set(re.findall(r"^fsm diagram examples/(\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert shown == {path.parent.name for path in files}


def test_the_boxes_for_a_terminal_are_current() -> None:
    (block,) = snippets(PAGE, "text")
    assert printed("fsm diagram examples/tracer --format ascii\n", PROJECT) == block.text
