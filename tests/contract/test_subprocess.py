"""Processes in the place of containers keep the contract of their port: real ones."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from fsm_adapters.subprocess.container_runner import SubprocessContainerRunner
from fsm_adapters.system.clock import SystemClock
from fsm_contract import ContainerRunnerContract, ContainerSubject
from fsm_contract.suite import at_once
from fsm_ports import ContainerHandle, ContainerTask, PortRejected, PortUnavailable

PATIENCE = 10.0


class Computer:
    """Programs to start, and what they were started with."""

    def __init__(self, folder: Path) -> None:
        self.state, self._starts, self._gate = folder / "state", folder / "starts", folder / "gate"
        self._starts.mkdir()
        os.mkfifo(self._gate)
        note = f'f="{self._starts}/$$"; {{ printf "%s\\0" $# "$@"; env -0; }} >"$f.new" && mv "$f.new" "$f"'
        self.reports = self.program(folder / "reports", note)
        self.endless = self.program(folder / "endless", f'{note}; read line <"{self._gate}"')
        self.runner = SubprocessContainerRunner(self.state)

    def program(self, path: Path, script: str) -> str:
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o700)
        return str(path)

    def started(self) -> list[ContainerTask]:
        return [self._task(file) for file in sorted(self._starts.iterdir()) if file.suffix != ".new"]

    def _task(self, file: Path) -> ContainerTask:
        count, *rest = os.fsdecode(file.read_bytes()).split("\0")
        command, variables = tuple(rest[: int(count)]), rest[int(count) : -1]
        environment: Mapping[str, str] = dict(line.split("=", 1) for line in variables if "=" in line)
        return ContainerTask(file.name, command, environment, "")

    def log_of(self, handle: ContainerHandle) -> str:
        return (self.state / handle.id / "log").read_text(encoding="utf-8")

    def pid_of(self, handle: ContainerHandle) -> int:
        return int((self.state / handle.id / "pid").read_text(encoding="ascii"))

    def close(self) -> None:
        """End those that have not ended; a child that nobody has waited for keeps its number."""
        for note in self.state.glob("*/pid"):
            pid = int(note.read_text(encoding="ascii"))
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Computer]:
    computer = Computer(tmp_path)
    yield computer
    computer.close()


class TestSubprocessContainerRunner(ContainerRunnerContract):
    adapter = SubprocessContainerRunner

    @pytest.fixture
    def subject(self, computer: Computer) -> ContainerSubject:
        return ContainerSubject(
            clock=SystemClock(),
            patience=PATIENCE,
            runner=computer.runner,
            started=computer.started,
            image=computer.reports,
            endless=computer.endless,
            unknown="/nowhere/program",
        )


def task(image: str, token: str = "t-1", **environment: str) -> ContainerTask:
    return ContainerTask(image, ("run",), environment, token)


def started(computer: Computer, asked: ContainerTask) -> ContainerHandle:
    handle = computer.runner.run(asked)
    assert isinstance(handle, ContainerHandle)
    return handle


def ended(pid: int) -> int:
    """The exit code of a child of this process, once it has ended."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_token_starts_nothing_new_after_its_process_has_ended_nor_for_another_runner(computer: Computer) -> None:
    first = started(computer, task(computer.reports))
    assert ended(computer.pid_of(first)) == 0
    assert started(computer, task(computer.reports)) == first
    assert SubprocessContainerRunner(computer.state).run(task(computer.reports)) == first
    assert len(computer.started()) == 1


def test_runs_of_one_token_at_one_moment_are_one_start(computer: Computer) -> None:
    runners = [SubprocessContainerRunner(computer.state) for _ in range(8)]
    handles = at_once(8, lambda n: runners[n].run(task(computer.reports)))
    assert len(set(handles)) == 1
    (handle,) = set(handles)
    assert isinstance(handle, ContainerHandle)
    assert ended(computer.pid_of(handle)) == 0
    assert len(computer.started()) == 1


def test_what_the_process_prints_is_in_its_log(computer: Computer, tmp_path: Path) -> None:
    program = computer.program(tmp_path / "prints", "echo out; echo err >&2; read line || echo 'no input'")
    handle = started(computer, task(program))
    assert ended(computer.pid_of(handle)) == 0
    assert computer.log_of(handle) == "out\nerr\nno input\n"


def test_the_process_has_a_session_of_its_own(computer: Computer) -> None:
    look = "import os; print(os.getsid(0) == os.getpid())"
    handle = started(computer, ContainerTask(sys.executable, ("-c", look), {}, "t-1"))
    assert ended(computer.pid_of(handle)) == 0
    assert computer.log_of(handle) == "True\n"


def test_a_pipe_that_nobody_reads_ends_the_process_although_python_ignores_that(
    computer: Computer, tmp_path: Path
) -> None:
    handle = started(computer, task(computer.program(tmp_path / "pipe", "kill -PIPE $$; echo survived")))
    assert ended(computer.pid_of(handle)) == -signal.SIGPIPE
    assert computer.log_of(handle) == ""


def test_a_process_that_fails_is_told_to_the_log(
    computer: Computer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    handle = started(computer, task(computer.program(tmp_path / "fails", "exit 3")))
    os.waitid(os.P_PID, computer.pid_of(handle), os.WEXITED | os.WNOWAIT)
    started(computer, task(computer.reports, "t-2"))
    assert f"{handle.id} ended with exit code 3" in caplog.text


def test_a_program_is_found_on_the_path(computer: Computer) -> None:
    handle = started(computer, ContainerTask("true", (), {}, "t-1"))
    assert ended(computer.pid_of(handle)) == 0


def test_a_program_that_could_not_start_can_start_once_it_is_there(computer: Computer, tmp_path: Path) -> None:
    missing = tmp_path / "later"
    assert isinstance(computer.runner.run(task(str(missing))), PortRejected)
    computer.program(missing, "exit 0")
    assert isinstance(computer.runner.run(task(str(missing))), ContainerHandle)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (ContainerTask("", (), {}, "t-1"), "needs an image"),
        (ContainerTask("/etc/passwd", (), {}, "t-1"), "cannot be run"),
        (ContainerTask("/tmp", (), {}, "t-1"), "cannot be run"),
        (ContainerTask("true", ("a\0b",), {}, "t-1"), "null"),
        (ContainerTask("true", (), {"A": "a\0b"}, "t-1"), "null"),
        (ContainerTask("true", (), {"A=B": "1"}, "t-1"), "holds ="),
        (ContainerTask("true", (), {"A": "x" * 10_000_000}, "t-1"), "PRIMARY_ENVIRONMENT_SOURCE"),
    ],
)
def test_what_can_never_start_is_rejected(computer: Computer, asked: ContainerTask, why: str) -> None:
    refused = computer.runner.run(asked)
    assert isinstance(refused, PortRejected)
    assert why in str(refused)


def test_a_folder_that_cannot_be_used_makes_the_runner_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = SubprocessContainerRunner(tmp_path / "file" / "state").run(task("true"))
    assert isinstance(refused, PortUnavailable)
    assert str(tmp_path / "file" / "state") in str(refused)
