"""Every act on a machine in every status, and on a step in hand: exit code, outcome, sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.fsm_bootstrap.cli import jobs
from tests.unit.fsm_bootstrap.cli.conftest import Fsm, Said
from tests.unit.fsm_bootstrap.cli.jobs import make, shown, told

COMMANDS = {
    "send": ["send", "a", "yes"],
    "abort": ["abort", "a"],
    "pause": ["pause", "a"],
    "resume": ["resume", "a"],
    "redrive": ["redrive", "a"],
    "restore": ["restore", "a"],
    "replay": ["replay", "a", "--from", "0", "--as", "b"],
}
"""What is done to machine 'a'."""

WHERE = {
    "running": "it is running in state 'pseudo_init' at step 0",
    "waiting": "it is waiting in state 'work' at step 1",
    "completed": "it is completed in state 'end' at step 2",
    "failed": "it is failed in state 'pseudo_init' at step 0",
    "aborted": "it is aborted in state 'pseudo_init' at step 0",
    "paused": "it is paused in state 'pseudo_init' at step 0",
}
"""What a loser is told."""

LOST = "cannot"
OUTCOMES = {
    #          running      waiting      completed    failed       aborted      paused
    "send":    ("inbox",    "taken",     LOST,        "inbox",     LOST,        "inbox"),
    "abort":   ("aborted",  "aborted",   LOST,        "aborted",   LOST,        "aborted"),
    "pause":   ("paused",   "paused",    LOST,        "paused",    LOST,        LOST),
    "resume":  ("resumed",  "resumed",   LOST,        LOST,        LOST,        "resumed"),
    "redrive": (LOST,       LOST,        LOST,        "redriven",  LOST,        LOST),
    "restore": ("restored", "restored",  LOST,        LOST,        LOST,        LOST),
    "replay":  ("b",        "b",         "b",         "b",         "b",         "b"),
}  # fmt: skip
"""What becomes of it."""

TABLE = [
    (wish, status, outcome)
    for wish, outcomes in OUTCOMES.items()
    for status, outcome in zip(jobs.STATUSES, outcomes, strict=True)
]


@pytest.fixture(autouse=True)
def machine(folder: Path) -> None:
    jobs.write(folder)


def assert_lost(said: Said, wish: str, where: str) -> None:
    """Exit code 6, one sentence, one hint."""
    wished = "send 'yes' to" if wish == "send" else wish
    assert said.code == 6
    assert said.out == ("" if wish == "send" else "a  conflict\n")
    assert said.err.splitlines() == [f"error: cannot {wished} 'a': {where}", "hint: fsm show ID tells what it is doing"]


@pytest.mark.parametrize(("wish", "status", "outcome"), TABLE)
def test_every_act_on_every_status(fsm: Fsm, wish: str, status: str, outcome: str) -> None:
    make(fsm, status)
    said = fsm(*COMMANDS[wish])
    if outcome == LOST:
        assert_lost(said, wish, WHERE[status])
        now = shown(fsm)
        assert ("paused" if now["paused"] else now["status"]) == status
    else:
        line = outcome if wish in ("send", "replay") else f"a  {outcome}"
        assert said == Said(0, f"{line}\n", "")


@pytest.mark.parametrize("wish", COMMANDS)
def test_nobody_acts_on_what_does_not_exist(fsm: Fsm, wish: str) -> None:
    said = fsm(*COMMANDS[wish])
    assert said.code == 4
    assert said.err.splitlines()[0] == "error: no machine instance is called 'a'"


def in_hand(fsm: Fsm, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> Said:
    """What the command answers while a worker runs the machine's action."""
    answers: list[Said] = []
    monkeypatch.setitem(sys.modules, "in_hand", SimpleNamespace(act=lambda: answers.append(fsm(*command))))
    fsm("start", "job", "--id", "a", "--context", '{"do": "call"}')
    fsm("worker", "--drain")
    return answers[0]


@pytest.mark.parametrize(
    ("wish", "outcome", "afterwards"),
    [
        ("send", "inbox", ("completed", False, 2)),
        ("abort", "a  aborted", ("aborted", False, 0)),
        ("pause", "a  paused", ("running", True, 1)),
        ("resume", "a  resumed", ("completed", False, 2)),
        ("redrive", LOST, ("completed", False, 2)),
        ("restore", "a  restored", ("completed", False, 2)),
        ("replay", "b", ("completed", False, 2)),
    ],
)
def test_every_act_on_a_step_in_hand(
    fsm: Fsm, monkeypatch: pytest.MonkeyPatch, wish: str, outcome: str, afterwards: tuple[str, bool, int]
) -> None:
    said = in_hand(fsm, monkeypatch, COMMANDS[wish])
    if outcome == LOST:
        assert_lost(said, wish, WHERE["running"])
    else:
        assert (said.code, said.out) == (0, f"{outcome}\n")
    now = shown(fsm)
    assert (now["status"], now["paused"], now["step"]) == afterwards


def test_replay_of_an_end_conflicts(fsm: Fsm) -> None:
    make(fsm, "completed")
    said = fsm("replay", "a", "--from", "2")
    assert said.code == 6
    assert "cannot replay 'a' from step 2: it was completed then; name an earlier step" in said.err
    assert fsm("replay", "a", "--from", "9").code == 4


def test_replay_prints_a_new_id_and_may_be_repeated_with_one(fsm: Fsm) -> None:
    make(fsm, "completed")
    assert fsm("replay", "a", "--from", "1").out.strip() not in ("", "a")
    assert fsm("replay", "a", "--from", "1", "--as", "b") == fsm("replay", "a", "--from", "1", "--as", "b")
    fsm("worker", "--drain")
    assert (shown(fsm, "b")["status"], shown(fsm, "b")["step"]) == ("completed", 1)


def test_replay_needs_a_history(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "completed")
    monkeypatch.setenv("HISTORY", "off")
    said = fsm("replay", "a", "--from", "0")
    assert (said.code, "no history is kept" in said.err) == (3, True)


@pytest.mark.parametrize(
    ("wish", "status", "happened"),
    [
        ("abort", "running", "aborted"),
        ("pause", "waiting", "paused"),
        ("resume", "paused", "resumed"),
        ("redrive", "failed", "redriven"),
        ("restore", "running", "recovered"),
    ],
)
def test_a_reason_stands_in_the_history(fsm: Fsm, wish: str, status: str, happened: str) -> None:
    make(fsm, status)
    assert fsm(wish, "a", "--reason", "an audit").code == 0
    assert [(entry["happened"], entry["note"]) for entry in told(fsm)][-1] == (happened, "an audit")


def test_redriven_and_restored_machines_go_on(fsm: Fsm) -> None:
    make(fsm, "failed")
    fsm("redrive", "a")
    fsm("worker", "--drain")
    assert shown(fsm)["status"] == "completed"


def test_what_is_redriven_while_it_is_paused_is_told_of(fsm: Fsm) -> None:
    make(fsm, "failed")
    fsm("pause", "a")
    said = fsm("redrive", "a")
    assert (said.code, said.out) == (0, "a  redriven\n")
    assert said.err == "hint: a is paused; fsm resume lets it go on\n"


@pytest.mark.parametrize("wish", ["abort", "pause", "redrive"])
def test_an_act_on_a_record_needs_no_machine(fsm: Fsm, folder: Path, wish: str) -> None:
    make(fsm, "failed")
    (folder / "fsm.yaml").write_text("machines: 7\n", encoding="utf-8")
    assert fsm(wish, "a").code == 0


@pytest.mark.parametrize(("wish", "status"), [("resume", "paused"), ("restore", "running")])
def test_an_act_that_is_better_with_machines_works_without(fsm: Fsm, folder: Path, wish: str, status: str) -> None:
    make(fsm, status)
    (folder / "fsm.yaml").write_text("machines: 7\n", encoding="utf-8")
    said = fsm(wish, "a")
    assert said.code == 0
    assert "warning: going on without the machines" in said.err
    assert fsm(wish, "a", "--machines", "fsm.yaml").code == 3


@pytest.mark.parametrize("wish", ["send", "replay"])
def test_an_act_that_needs_its_machine_says_so(fsm: Fsm, folder: Path, wish: str) -> None:
    make(fsm, "running")
    text = (folder / "machines.py").read_text(encoding="utf-8").replace('Machine("job"', 'Machine("other"')
    (folder / "other.py").write_text(text, encoding="utf-8")
    said = fsm(*COMMANDS[wish], "--machines", "other.py")
    assert (said.code, "no machine is called 'job'" in said.err) == (4, True)
    assert "--machines SPEC" in said.err
