"""May machines be deployed where instances are live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.fsm_bootstrap.cli.conftest import Fsm

EARLIER = """
from dataclasses import dataclass
from datetime import timedelta
from fsm_domain import FinalState, Machine, RetryPolicy, State

@dataclass
class Leave:
    days: int = 5

def count(leave, step):
    if leave.days < 0:
        raise ValueError("negative")
    return "ok"

state, final = State[str, Leave], FinalState[str, Leave]
once = RetryPolicy(max_retries=0)
leave = Machine("leave", Leave, initial="count", retry=once, states=[
    state("count").on("ok", "ask").do(count),
    state("ask").on("yes", "granted").on("no", "refused").after(timedelta(days=3), "refused"),
    final("granted"),
    final("refused"),
])
"""
RENAMED = EARLIER.replace('"ask"', '"asked"').replace('"yes"', '"accept"')
FULLER = EARLIER.replace("days: int = 5", "days: int\n    boss: str")
MIGRATING = FULLER.replace("state, final", 'def boss(c):\n    return {**c, "boss": "?"}\n\nstate, final').replace(
    "])", "], migrate=boss)"
)


@pytest.fixture
def live(folder: Path, fsm: Fsm) -> Path:
    """Three instances wait, one has just been started, one failed."""
    machines = ("--machines", write(folder, EARLIER))
    fsm("start", "leave", *machines, "--count", "3")
    fsm("start", "leave", *machines, "--context", '{"days": -1}', "--id", "failed")
    fsm("worker", *machines, "--drain")
    fsm("start", "leave", *machines, "--id", "new")
    return folder


def write(folder: Path, text: str) -> str:
    """Under a name of its own: a process imports a module once."""
    name = f"leave{len(list(folder.glob('leave*.py')))}.py"
    (folder / name).write_text(text, encoding="utf-8")
    return name


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_the_same_definition_may_go_on_with_everything(live: Path, fsm: Fsm) -> None:
    spec = "leave0.py"
    said = fsm("check", spec, "--against", "deployed")
    assert (said.code, said.out) == (0, "")
    assert "ok: leave: 4 live instances" in said.err


def test_a_state_that_is_gone_is_refused_with_how_many_are_in_it_and_what_to_declare(live: Path, fsm: Fsm) -> None:
    spec = write(live, RENAMED)
    said = fsm("check", spec, "--against", "deployed")
    assert said.code == 3
    assert lines(said.out) == [
        "leave: 3 instances wait in state 'ask', which the new definition lacks; keep it, or declare what it is called "
        "now: renamed={'ask': 'asked'}"
    ]
    assert "error: leave: not all of 4 live instances could go on" in said.err


def test_an_event_that_is_waited_for_and_gone_is_refused(live: Path, fsm: Fsm) -> None:
    spec = write(live, EARLIER.replace('"no"', '"nay"').replace('.after(timedelta(days=3), "refused")', ""))
    said = fsm("check", spec, "--against", "deployed", "-o", "json")
    assert said.code == 3
    found = [(row["severity"], row["state"], row["event"], row["instances"]) for row in json.loads(said.out)]
    assert found == [("error", "ask", "@deadline", 3), ("error", "ask", "no", 3)]


def test_declared_renames_are_no_findings(live: Path, fsm: Fsm) -> None:
    spec = write(live, RENAMED.replace("])", '], renamed={"ask": "asked", "yes": "accept"})'))
    said = fsm("check", spec, "--against", "deployed")
    assert (said.code, said.out) == (0, "")
    assert "4 of them as another definition left them" in said.err


def test_contexts_that_cannot_be_read_are_refused_unless_a_function_brings_them_forward(live: Path, fsm: Fsm) -> None:
    spec = write(live, FULLER)
    said = fsm("check", spec, "--against", "deployed")
    assert said.code == 3
    assert "3 instances wait in state 'ask' with contexts that cannot be read: $.boss: Field required" in said.out
    assert "warning: leave: 1 instance failed in state" in said.out
    spec = write(live, MIGRATING)
    assert fsm("check", spec, "--against", "deployed").code == 0


def test_a_migration_that_raises_is_told(live: Path, fsm: Fsm) -> None:
    spec = write(live, MIGRATING.replace('"boss": "?"', '"boss": c["chief"]'))
    said = fsm("check", spec, "--against", "deployed")
    assert (said.code, "cannot be read: 'chief'" in said.out) == (3, True)


def test_a_migration_that_records_have_been_through_has_to_stay(live: Path, fsm: Fsm) -> None:
    spec = write(live, MIGRATING)
    fsm("worker", "--machines", spec, "--drain")
    spec = write(live, FULLER.replace("boss: str", 'boss: str = ""'))
    said = fsm("check", spec, "--against", "deployed")
    assert (said.code, "that went through 'boss'; keep boss in migrate" in said.out) == (3, True)


def test_machines_of_others_are_a_warning(live: Path, fsm: Fsm) -> None:
    spec = write(live, EARLIER.replace('"leave"', '"leaves"'))
    said = fsm("check", spec, "--against", "deployed")
    assert said.code == 0
    assert "warning: leave: 4 live instances of a machine that is not among these" in said.out


def test_a_file_tells_the_same_without_contexts(live: Path, fsm: Fsm) -> None:
    fsm("definitions", "export", "was.json")
    spec = write(live, RENAMED)
    there, here = (fsm("check", spec, "--against", one) for one in ("deployed", "was.json"))
    assert (there.code, there.out) == (here.code, here.out) == (3, here.out)
    spec = write(live, FULLER)
    said = fsm("check", spec, "--against", "was.json")
    assert said.code == 0
    assert "was.json holds no contexts" in said.err
    assert "days" not in json.dumps(json.loads((live / "was.json").read_text(encoding="utf-8"))["live"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no JSON"),
        ("[]", "its format is None, this lambda-fsm reads 1"),
        ('{"format": 2}', "its format is 2"),
        ('{"format": 1}', "it is not as it was written: KeyError: 'definitions'"),
    ],
)
def test_a_file_that_is_none_is_told(live: Path, fsm: Fsm, text: str, reason: str) -> None:
    (live / "was.json").write_text(text, encoding="utf-8")
    said = fsm("check", "leave0.py", "--against", "was.json")
    assert (said.code, f"--against was.json: {reason}" in said.err) == (3, True)
    assert "fsm definitions export was.json writes it" in said.err


def test_a_definition_that_was_changed_by_hand_is_told(live: Path, fsm: Fsm) -> None:
    text = fsm("definitions", "export").out
    (live / "was.json").write_text(text.replace('"ask"', '"asks"'), encoding="utf-8")
    said = fsm("check", "leave0.py", "--against", "was.json")
    assert (said.code, "was changed by hand" in said.err) == (3, True)


def test_a_file_that_is_not_there_is_not_found(live: Path, fsm: Fsm) -> None:
    said = fsm("check", "leave0.py", "--against", "gone.json")
    assert (said.code, "there is no such file, nor is it 'deployed'" in said.err) == (4, True)
