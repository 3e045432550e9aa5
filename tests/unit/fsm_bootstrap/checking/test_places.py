"""Where a machine, a state, an event stands in its module."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsm_bootstrap.checking.places import Place, Places

MODULE = """\
from enum import StrEnum
class Light(StrEnum):
    RED = "red"
    OFF = "off"
lights = Machine[Light, dict](
    "lights",
    dict,
    initial=Light.RED,
    states=[
        light(Light.RED)
        .on("go", Light.OFF)
        .after(timedelta(1), Light.OFF)
        .do(count),
        dark(Light.OFF),
    ],
)
beside = state("ship").on(
    "done",
    "shipped",
).do(ship)
orders = fsm_domain.Machine(name="orders", context=dict, initial="ship", states=[beside, final("shipped")])
made = Machine("made", dict, initial="s0", states=[state(f"s{i}") for i in range(3)])
"""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.chdir(tmp_path)
    Path("machines.py").write_text(MODULE, encoding="utf-8")
    Path("broken.py").write_text("def (", encoding="utf-8")
    return Places([tmp_path / "broken.py", tmp_path / "missing.py", tmp_path / "machines.py"])


@pytest.mark.parametrize(
    ("machine", "state", "event", "line"),
    [
        ("lights", "", "", 5),
        ("lights", "red", "", 10),
        ("lights", "red", "go", 11),
        ("lights", "red", "@deadline", 12),
        ("lights", "red", "gone", 10),
        ("lights", "off", "", 14),
        ("lights", "blue", "", 5),
        ("orders", "shipped", "", 21),
        ("orders", "ship", "done", 18),
        ("made", "s1", "go", 22),
    ],
)
def test_of(places: Places, machine: str, state: str, event: str, line: int) -> None:
    assert places.of(machine, state, event) == Place("machines.py", line)


def test_of_a_machine_that_is_not_there(places: Places) -> None:
    assert places.of("other") is None


@pytest.mark.parametrize(
    ("made_in", "problem", "line"),
    [
        (5, "state 'red': on 'go': there is no state 'of'", 11),
        (5, "state 'red': its action may return 'stop', which it does not handle", 13),
        (5, "state 'red': on_exhausted is 'stop', which it does not handle", 13),
        (5, "state 'red': 'go' is handled 2 times", 11),
        (5, "state 'off' can never be reached from 'red'", 14),
        (5, "the initial state 'rde' is not defined", 8),
        (5, "max_steps is at least 1, not 0", 5),
        (21, "state 'ship': nothing leads out of it", 17),
        (1, "state 'red': nothing leads out of it", 1),
    ],
)
def test_what_is_to_blame(places: Places, made_in: int, problem: str, line: int) -> None:
    assert places.blamed("machines.py", made_in, problem) == Place("machines.py", line)
