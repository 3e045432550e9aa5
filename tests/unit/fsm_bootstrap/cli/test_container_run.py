"""``fsm container-run``: whatever the command does, the machine that waits for it is told of its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fsm_bootstrap.cli.exits import Exit
from fsm_ports.names import CONTAINER_VARIABLE, INBOX_BYTES
from tests.unit.fsm_bootstrap.cli.conftest import Fsm
from tests.unit.fsm_bootstrap.cli.jobs import shown

MACHINES = """
from fsm_domain import FinalState, Machine, State


def keep(film, step):
    film["told"] = step.data


state, final = State[str, dict], FinalState[str, dict]
film = Machine("film", dict, initial="convert", states=[
    state("convert").on("done", "converted", action=keep).on("fail", "failed", action=keep)
        .on("again", "later").do_or_wait(lambda film, step: None),
    state("later").on("more", "converted"),
    final("converted"), final("failed"),
])
"""
LARGEST = 32_768


@pytest.fixture(autouse=True)
def waiting(folder: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film that waits for its container."""
    (folder / "machines.py").write_text(MACHINES, encoding="utf-8")
    assert fsm("start", "film", "--id", "f").code == 0
    assert fsm("worker", "--drain").code == 0
    monkeypatch.setenv(CONTAINER_VARIABLE, json.dumps({"id": "f", "expect_step": 1, "event_id": "container:f:0"}))


def python(code: str) -> Sequence[str]:
    return sys.executable, "-c", f"import os; {code}"


def leaving(text: str | bytes) -> Sequence[str]:
    """A command that leaves this as its result."""
    raw = text.encode() if isinstance(text, str) else text
    Path("left").write_bytes(raw)
    return python("open(os.environ['FSM_RESULT_FILE'], 'wb').write(open('left', 'rb').read())")


def told(fsm: Fsm) -> dict[str, Any]:
    """What the machine was told, once it has gone on."""
    assert fsm("worker", "--drain").code == 0
    found = shown(fsm, "f")
    assert found["status"] == "completed"
    data: dict[str, Any] = found["context"]["told"]
    return data


@pytest.mark.parametrize(
    ("left", "result"),
    [
        ("42\n", 42),
        ('{"film": "é"}', {"film": "é"}),
        ("it is done\n", "it is done\n"),
        ("я" * (LARGEST // 2), "я" * (LARGEST // 2)),
        ("\\" * (LARGEST // 2), "\\" * (LARGEST // 2)),
        (b"\xff" * 100, "\ufffd" * 100),
    ],
)
def test_a_result_comes_with_the_end(fsm: Fsm, left: str | bytes, result: object) -> None:
    assert fsm("container-run", "--", *leaving(left)).code == 0
    assert told(fsm) == {"exit_code": 0, "result": result}


@pytest.mark.parametrize(
    "left", ["NaN", '{"loss": Infinity}', "[" * 30_000, "9" * 5000, "[" * 15_000 + "]" * 15_000, '"\\ud800"']
)
def test_what_is_no_json_that_can_be_read_again_comes_as_text(fsm: Fsm, left: str) -> None:
    assert fsm("container-run", "--", *leaving(left)).code == 0
    assert told(fsm) == {"exit_code": 0, "result": left}


@pytest.mark.parametrize("left", ["x" * (LARGEST + 1), "\x01" * LARGEST, b"\xff" * LARGEST])
def test_a_result_that_is_too_large_is_left_out_and_the_end_is_told_all_the_same(fsm: Fsm, left: str | bytes) -> None:
    said = fsm("container-run", "--", *leaving(left))
    assert (said.code, "left out" in said.err) == (0, True)
    data = told(fsm)
    assert (data["exit_code"], "result" in data) == (0, False)
    assert "leave a large result in a store" in data["result_error"]


def test_a_result_that_finds_no_room_beside_what_came_early_is_left_out(fsm: Fsm) -> None:
    Path("early.json").write_text(json.dumps("x" * (INBOX_BYTES - 20_000)), encoding="utf-8")
    assert fsm("send", "f", "more", "--data", "@early.json").out == "inbox\n"
    said = fsm("container-run", "--", *leaving("x" * LARGEST))
    assert (said.code, "left out" in said.err) == (0, True)
    assert "no room for" in told(fsm)["result_error"]


@pytest.mark.parametrize(("code", "end"), [(0, "converted"), (3, "failed")])
def test_the_exit_code_decides_the_event_and_is_the_end_of_container_run(fsm: Fsm, code: int, end: str) -> None:
    assert fsm("container-run", "--", *python(f"raise SystemExit({code})")).code == code
    assert told(fsm) == {"exit_code": code}
    assert shown(fsm, "f")["state"] == end


def test_a_command_that_cannot_be_started_has_failed_as_in_a_shell(fsm: Fsm) -> None:
    said = fsm("container-run", "--", "no-such-command")
    assert said.code == 127
    assert "error: no-such-command cannot be started: No such file or directory" in said.err
    assert told(fsm) == {"exit_code": 127}


def test_a_command_that_a_signal_killed_has_failed_as_in_a_shell(fsm: Fsm) -> None:
    assert fsm("container-run", "--", *python("os.kill(os.getpid(), 9)")).code == 128 + 9
    assert told(fsm) == {"exit_code": 128 + 9}


@pytest.mark.parametrize(
    "value", ["{", "[]", '{"id": "f"}', '{"id": 1, "expect_step": 1, "event_id": "e"}', "[" * 30_000,
              '{"id": "f", "expect_step": "1", "event_id": "e"}'],
)  # fmt: skip
def test_a_variable_that_is_spoilt_is_named_and_nothing_runs(
    fsm: Fsm, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv(CONTAINER_VARIABLE, value)
    said = fsm("container-run", "--", *python("open('ran', 'w')"))
    assert said.code == Exit.USAGE
    assert f"error: {CONTAINER_VARIABLE} is not what a machine's container source sets" in said.err
    assert not Path("ran").exists()


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        process.kill()
        process.communicate()


def start(started: list[subprocess.Popen[str]], code: str) -> subprocess.Popen[str]:
    """``container-run`` as a process of its own, whose output is read as it comes."""
    words = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", "container-run", "--", *python(code)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    started.append(process)
    return process


@pytest.mark.timeout(60)
def test_output_goes_through_while_the_command_runs_and_a_stop_reaches_it(
    fsm: Fsm, started: list[subprocess.Popen[str]]
) -> None:
    process = start(
        started,
        "import signal; signal.signal(signal.SIGTERM, lambda *_: (print('stopped', flush=True), os._exit(7))); "
        "print('up', flush=True); signal.pause()",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"  # the command waits for a signal that has not come: it still runs
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "stopped\n"
    assert process.wait(30) == 7
    assert told(fsm) == {"exit_code": 7}
