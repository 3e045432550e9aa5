"""Commands as processes: signals, and workers that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.fsm_bootstrap.cli.conftest import Fsm

PATIENCE = 60.0
"""Seconds for what takes a fraction of one on an idle machine."""

MACHINES = """
import os
import time
from pathlib import Path

from fsm_domain import FinalState, Machine, RetryPolicy, State


def patient(context, step):
    Path("began").write_text(str(os.getpid()))
    while not Path("go").exists():
        time.sleep(0.01)
    return "done"


def deadly(context, step):
    if not Path("died").exists():
        Path("died").touch()
        os._exit(9)
    return "done"


state, final = State[str, dict], FinalState[str, dict]


def machine(name, action):
    return Machine(name, dict, initial="first", retry=RetryPolicy(max_retries=3, base=0.0), states=[
        state("first").on("done", "second").do(action),
        state("second").on("done", "end").do(lambda context, step: "done"),
        final("end"),
    ])


patient_machine, deadly_machine = machine("patient", patient), machine("deadly", deadly)
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts ``fsm`` in a folder with these machines."""
    (folder / "machines.py").write_text(MACHINES, encoding="utf-8")
    monkeypatch.setenv("CLAIM_SECONDS", "2")
    started: list[subprocess.Popen[str]] = []

    def call(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield call
    for process in started:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what other processes do."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def end_of(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, errors


def began() -> bool:
    return Path("began").exists() and Path("began").read_text(encoding="utf-8") != ""


def step_of(fsm: Fsm, correlation_id: str) -> str:
    return next(line.split()[1] for line in fsm("show", correlation_id).out.splitlines() if line.startswith("step"))


def test_ctrl_c_lets_run_finish_its_step_and_says_how_to_go_on(start: Start, fsm: Fsm) -> None:
    process = start("run", "patient", "--id", "a")
    until(began)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    assert process.poll() is None
    Path("go").touch()
    code, errors = end_of(process)
    assert code == 130
    assert "error: interrupted; a is running in state 'first'" in errors
    assert "hint: fsm run patient --id a   goes on with it; so does any worker: fsm worker" in errors
    assert step_of(fsm, "a") == "1"
    again = fsm("run", "patient", "--id", "a")
    assert (again.code, again.out.splitlines()[0]) == (0, "status   completed")


def test_a_second_ctrl_c_ends_run_at_once(start: Start, fsm: Fsm) -> None:
    process = start("run", "patient", "--id", "a")
    until(began)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    code, errors = end_of(process)
    assert (code, step_of(fsm, "a")) == (130, "0")
    assert "Traceback" not in errors


@pytest.mark.parametrize("concurrency", ["1", "2"])
def test_sigterm_lets_a_worker_finish_what_is_in_hand(start: Start, fsm: Fsm, concurrency: str) -> None:
    fsm("start", "patient", "--id", "a")
    process = start("worker", "--concurrency", concurrency)
    until(began)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert process.poll() is None
    Path("go").touch()
    code, errors = end_of(process)
    assert code == 0, errors
    assert int(step_of(fsm, "a")) >= 1


def test_ctrl_c_ends_a_worker_with_130(start: Start, fsm: Fsm) -> None:
    fsm("start", "patient", "--id", "a")
    process = start("worker")
    until(began)
    process.send_signal(signal.SIGINT)
    Path("go").touch()
    assert end_of(process)[0] == 130


def test_a_worker_that_dies_is_replaced_and_its_work_is_done(start: Start, fsm: Fsm) -> None:
    fsm("start", "deadly", "--count", "5")
    code, errors = end_of(start("worker", "--concurrency", "2", "--drain"))
    assert code == 0, errors
    assert "ended with code 9; starting another" in errors
    assert fsm("list", "--status", "completed", "--count").out == "5\n"


def test_workers_end_when_whoever_watches_them_is_killed(start: Start, fsm: Fsm) -> None:
    fsm("start", "patient", "--id", "a")
    process = start("worker", "--concurrency", "2")
    until(began)
    worker = int(Path("began").read_text(encoding="utf-8"))
    assert worker != process.pid
    os.kill(process.pid, signal.SIGKILL)
    Path("go").touch()
    # Ends only once no process has our pipe any more.
    assert end_of(process)[0] == -signal.SIGKILL


def test_workers_that_cannot_work_are_not_started_again(start: Start, fsm: Fsm) -> None:
    process = start("worker", "--concurrency", "2", "--machines", "missing.py")
    code, errors = end_of(process)
    assert code == 3
    assert "missing.py: there is no such file" in errors


def test_a_reader_that_has_seen_enough_is_no_fault(start: Start, fsm: Fsm) -> None:
    fsm("start", "patient", "--count", "2000")
    process = start("list", "--limit", "2000")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait(PATIENCE)
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


def test_help_is_quick(start: Start) -> None:
    heavy = ("pydantic", "dependency_injector", "asyncio", "yaml", "rich", "sqlite3")
    code = (
        "import sys; from fsm_bootstrap.cli.main import run; run(['--help']); "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stderr == "[]\n"
