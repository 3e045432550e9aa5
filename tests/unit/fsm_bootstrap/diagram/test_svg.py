"""What Graphviz draws of ours; where it is not installed, what is said."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from fsm_bootstrap.diagram import Marks, picture
from fsm_bootstrap.diagram.svg import CannotDraw, svg
from tests.backends.programs import program
from tests.unit.fsm_bootstrap.diagram.machines import ODD, asked, chain


@pytest.fixture
def graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program("dot", "graphviz").parent))


def texts(drawn: str) -> list[str]:
    return [(part.text or "").replace("\xa0", " ") for part in ET.fromstring(drawn).iter() if part.tag.endswith("text")]


@pytest.mark.usefixtures("graphviz")
def test_a_machine() -> None:
    drawn = svg(picture(asked, Marks("pay", visited=frozenset({"asked"}))))
    assert {"ask", "asked", "entry / greet", "do / pay (at most 20s)", "after 3d", "no / note"} <= set(texts(drawn))
    assert "#ffe082" in drawn
    assert "#c8e6c9" in drawn


@pytest.mark.usefixtures("graphviz")
def test_odd_names_stay_what_they_are() -> None:
    found = texts(svg(picture(chain(ODD))))
    assert [name for name in ODD[:-1] if found.count(name) != 2] == []  # the state, and its event
    assert ODD[-1] in found


def test_without_graphviz_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotDraw, match="whose program dot is not on the PATH") as caught:
        svg(picture(asked))
    assert "apt-get install graphviz" in caught.value.remedy


def test_a_program_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\necho 'no fonts' >&2\nexit 7\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotDraw, match="dot ended with 7: no fonts"):
        svg(picture(asked))
