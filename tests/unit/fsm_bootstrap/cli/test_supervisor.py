"""Whoever watches over worker processes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest

from fsm_adapters.system.clock import SystemClock
from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.stopping import Stop
from fsm_bootstrap.cli.supervisor import Supervisor, worker_command


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def stop_after(looks: int, stop: Stop) -> Callable[[], None]:
    counted: list[int] = []

    def look() -> None:
        counted.append(1)
        stop.requested = stop.requested or len(counted) >= looks

    return look


def test_a_process_that_keeps_dying_is_replaced_more_and_more_slowly(capsys: pytest.CaptureFixture[str]) -> None:
    stop = Stop()
    Supervisor(python("raise SystemExit(1)"), 1, SystemClock(), drain=False).run(stop, stop_after(30, stop))
    said = capsys.readouterr().err.splitlines()
    assert len(said) >= 3
    assert re.fullmatch(r"worker \d+ ended with code 1; starting another", said[0])
    pauses = [re.search(r"in ([\d.]+) s$", line) for line in said[1:]]
    expected = ["0.1", "0.2", "0.4", "0.8"]
    assert [pause[1] for pause in pauses if pause] == expected[: len(pauses)]


def test_a_process_that_is_killed_is_named_with_its_signal(capsys: pytest.CaptureFixture[str]) -> None:
    stop = Stop()
    suicide = python("import os; os.kill(os.getpid(), 9)")
    Supervisor(suicide, 1, SystemClock(), drain=False).run(stop, stop_after(10, stop))
    assert "was killed by SIGKILL; starting another" in capsys.readouterr().err


def test_draining_ends_when_every_process_has_ended_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    Supervisor(python("pass"), 3, SystemClock(), drain=True).run(Stop(), lambda: None)
    assert capsys.readouterr().err == ""


def test_a_request_to_stop_is_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    stop = Stop()
    Supervisor(python("import time; time.sleep(600)"), 2, SystemClock(), drain=False).run(stop, stop_after(5, stop))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("code", [Exit.USAGE, Exit.INVALID, Exit.NOT_FOUND])
def test_a_process_that_can_never_work_is_not_replaced(code: Exit) -> None:
    command = python(f"raise SystemExit({int(code)})")
    with pytest.raises(CommandError, match="cannot work") as raised:
        Supervisor(command, 2, SystemClock(), drain=False).run(Stop(), lambda: None)
    assert raised.value.end.code is code


def test_the_working_directory_stays_out_of_a_workers_import_path() -> None:
    assert "-P" in worker_command("machines.py", drain=False)
    assert worker_command("machines.py", drain=True)[-3:] == ["--machines", "machines.py", "--drain"]
