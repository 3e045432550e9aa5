"""``fsm send``: what goes with an event, and what its sender is told."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.unit.fsm_bootstrap.cli import jobs
from tests.unit.fsm_bootstrap.cli.conftest import Fsm
from tests.unit.fsm_bootstrap.cli.jobs import make, shown


@pytest.fixture(autouse=True)
def machine(folder: Path) -> None:
    jobs.write(folder)


@pytest.mark.parametrize("given", ['{"by": "ada"}', "@data.json", "-"])
def test_data_comes_from_option_file_or_standard_input(
    fsm: Fsm, folder: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    (folder / "data.json").write_text('{"by": "ada"}\n', encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO('{"by": "ada"}'))
    make(fsm, "waiting")
    assert fsm("send", "a", "yes", "--data", given).out == "taken\n"
    fsm("worker", "--drain")
    assert shown(fsm)["context"]["data"] == {"by": "ada"}


def test_an_event_that_came_early_is_taken_by_its_wait(fsm: Fsm) -> None:
    fsm("start", "job", "--id", "a", "--context", '{"do": "wait"}')
    assert fsm("send", "a", "yes", "--data", "1").out == "inbox\n"
    fsm("worker", "--drain")
    assert (shown(fsm)["status"], shown(fsm)["context"]["data"]) == ("completed", 1)


def test_a_repeated_event_is_one_event(fsm: Fsm) -> None:
    make(fsm, "waiting")
    assert fsm("send", "a", "yes", "--event-id", "e").out == "taken\n"
    assert fsm("send", "a", "yes", "--event-id", "e").out == "taken\n"
    fsm("worker", "--drain")
    assert fsm("send", "a", "yes", "--event-id", "e").out == "seen\n"
    assert fsm("send", "a", "yes", "--event-id", "f").code == 6


def test_an_event_for_a_step_that_is_past_conflicts(fsm: Fsm) -> None:
    make(fsm, "waiting")
    said = fsm("send", "a", "yes", "--expect-step", "0")
    assert said.code == 6
    assert "cannot send 'yes' to 'a': it is waiting in state 'work' at step 1" in said.err
    assert fsm("send", "a", "yes", "--expect-step", "1").out == "taken\n"


def test_the_outcome_as_json(fsm: Fsm) -> None:
    make(fsm, "waiting")
    assert json.loads(fsm("send", "a", "yes", "--event-id", "e", "-o", "json").out) == {
        "id": "a", "event": "yes", "event_id": "e", "outcome": "taken",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["yess"], "error: no state of machine 'job' handles 'yess'; did you mean 'yes'?"),
        (["@deadline"], "error: no state of machine 'job' handles '@deadline'"),
        (["yes", "--data", "ada"], "error: --data is no JSON: Expecting value"),
        (["yes", "--data", "NaN"], "error: --data is no JSON: NaN is no JSON"),
        (["yes", "--data", ""], "error: --data is no JSON: Expecting value"),
        (["yes", "--data", "@missing.json"], "error: --data @missing.json: "),
        (["yes", "--expect-step", "-1"], "--expect-step"),
    ],
)
def test_what_makes_no_sense_ends_with_2_and_changes_nothing(fsm: Fsm, arguments: list[str], message: str) -> None:
    make(fsm, "waiting")
    said = fsm("send", "a", *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err.splitlines()[0]
    assert said.err.splitlines()[-1].startswith("hint: ")
    assert (shown(fsm)["step"], shown(fsm)["inbox_size"]) == (1, 0)
