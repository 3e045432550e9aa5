"""Times as people write and read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fsm_bootstrap.cli.exits import CommandError
from fsm_bootstrap.cli.times import relative, since
from fsm_bootstrap.durations import span
from tests.unit.fsm_bootstrap.cli.conftest import Fsm

NOON = 1_767_268_800.0
"""2026-01-01T12:00Z."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", NOON - 90),
        ("2h", NOON - 7200),
        ("1d12h", NOON - 129_600),
        ("2026-01-01T12:00", NOON),
        ("2026-01-01T12:00:00Z", NOON),
        ("2026-01-01T13:00+01:00", NOON),
        ("2026-01-01", NOON - 43_200),
        (None, None),
    ],
)
def test_since(text: str | None, expected: float | None) -> None:
    assert since(text, NOON) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2", "-2h", "2026-13-01", "12:00"])
def test_what_is_neither_a_duration_nor_a_time(text: str) -> None:
    with pytest.raises(CommandError, match="this is neither a duration nor a time"):
        since(text, NOON)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0s"), (1.5, "1.5s"), (59.99, "60s"), (60, "1m"), (250, "4m 10s"), (3600, "1h"), (259_199, "2d 23h"),
     (86_405, "1d"), (3_600.9, "1h")],
)  # fmt: skip
def test_span(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


def test_relative() -> None:
    assert (relative(NOON + 60, NOON), relative(NOON - 60, NOON)) == ("in 1m", "1m ago")


def test_list_since(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "a")
    assert [row["id"] for row in json.loads(fsm("list", "--since", "1h", "-o", "json").out)] == ["a"]
    assert fsm("list", "--since", "2999-01-01", "--count").out == "0\n"
    assert fsm("list", "--since", "1d", "--machine", "orders", "--status", "running", "--count").out == "1\n"
    assert fsm("list", "--since", "soon").code == 2
