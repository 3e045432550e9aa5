"""The progress bar: on a terminal only."""

from __future__ import annotations

import io
import sys

import pytest

from fsm_bootstrap.cli.progress import progress


class Terminal(io.StringIO):
    """Standard error with somebody in front of it."""

    def isatty(self) -> bool:
        return True


def test_nothing_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress("draining", 10) as advance:
        advance(5)
    assert isinstance(sys.stderr, io.StringIO)
    assert sys.stderr.getvalue() == ""


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress("draining", 10) as advance:
        advance(4)
        advance(10)
    assert "draining" in terminal.getvalue()
    assert "10/10" in terminal.getvalue()
