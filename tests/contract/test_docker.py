"""The container runner of Docker and podman keeps the contract of its port, against a command line that records."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TypedDict

import pytest

from fsm_adapters.docker.container_runner import DockerContainerRunner
from fsm_adapters.system.clock import SystemClock
from fsm_contract import ContainerRunnerContract, ContainerSubject
from fsm_ports import ContainerHandle, ContainerTask, OutcomeUnknown, PortError, PortRejected, PortUnavailable

PROGRAM = Path(__file__).with_name("recording_docker.py")


class Container(TypedDict):
    """What the recording command line keeps of one."""

    status: str
    image: str
    command: list[str]
    environment: dict[str, str]
    arguments: list[str]
    labels: list[str]
    starts: int


class CommandLine:
    """The command line, first on PATH, and what it has done."""

    def __init__(self, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name, self._home = name, folder / "containers"
        programs = folder / "bin"
        programs.mkdir()
        self._home.mkdir()
        program = programs / name
        program.write_text(f"#!{sys.executable} -IS\n{PROGRAM.read_text(encoding='utf-8')}", encoding="utf-8")
        program.chmod(0o700)
        monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
        monkeypatch.setenv("RECORDING_DOCKER", str(self._home))
        self.runner = DockerContainerRunner(name)

    def fault(self, fault: str) -> None:
        (self._home / "fault").write_text(fault, encoding="utf-8")

    @property
    def containers(self) -> dict[str, Container]:
        found: dict[str, Container] = {}
        for file in sorted(self._home.glob("*.json")):
            found[file.stem] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def ended(self, handle: ContainerHandle) -> None:
        file = self._home / f"{handle.id}.json"
        file.write_text(json.dumps(self.containers[handle.id] | {"status": "exited"}), encoding="utf-8")

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self._home / "calls").read_text(encoding="utf-8").splitlines()]

    def started(self) -> list[ContainerTask]:
        return [
            ContainerTask(made["image"], tuple(made["command"]), made["environment"], "")
            for made in self.containers.values()
            for _ in range(made["starts"])
        ]


@pytest.fixture(params=["docker", "podman"])
def line(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    name: str = request.param
    return CommandLine(name, tmp_path, monkeypatch)


class TestDockerContainerRunner(ContainerRunnerContract):
    adapter = DockerContainerRunner

    @pytest.fixture
    def subject(self, line: CommandLine) -> ContainerSubject:
        return ContainerSubject(clock=SystemClock(), runner=line.runner, started=line.started, unknown="unknown")


TASK = ContainerTask("img", ("run",), {"A": "1"}, "order-1/3")


def handle_of(result: ContainerHandle | PortError) -> ContainerHandle:
    assert isinstance(result, ContainerHandle)
    return result


def test_a_container_is_named_after_its_token_and_labelled_with_it(line: CommandLine) -> None:
    handle = handle_of(line.runner.run(TASK))
    assert list(line.containers) == [handle.id]
    assert line.containers[handle.id]["labels"] == ["lambda-fsm.token=order-1/3"]


def test_no_value_of_a_variable_is_among_the_arguments(line: CommandLine) -> None:
    environment = {"TOKEN": "s3cret", "KEY": "s3cret\nof two lines", "BIG": "s3cret" * 20_000, "EMPTY": ""}
    handle = handle_of(line.runner.run(TASK._replace(environment=environment)))
    assert line.containers[handle.id]["environment"] == environment
    assert "s3cret" not in json.dumps(line.calls())


def test_variables_that_mean_something_to_the_command_line_do_not_reach_it(line: CommandLine) -> None:
    environment = {"RECORDING_DOCKER": "/nowhere", "PATH": "/nowhere", "DOCKER_HOST": "tcp://nowhere"}
    handle = handle_of(line.runner.run(TASK._replace(environment=environment)))
    assert line.containers[handle.id]["environment"] == environment


def test_values_arrive_as_they_are(line: CommandLine) -> None:
    environment = {
        "BLANKS": "  a  ", "HASH": "# a", "QUOTES": "\"a\" 'b'", "EQUAL": "a=b", "CR": "a\r", "SEPARATOR": "a\u2028b",
        "LAST": "a\n", "FORM": "a\x0cb",
    }  # fmt: skip
    handle = handle_of(line.runner.run(TASK._replace(environment=environment)))
    assert line.containers[handle.id]["environment"] == environment


def test_options_stand_before_the_image(line: CommandLine) -> None:
    runner = DockerContainerRunner(line.name, options=("--network", "host"))
    handle = handle_of(runner.run(TASK))
    assert line.containers[handle.id]["arguments"][-4:] == ["--network", "host", "img", "run"]


def test_a_token_starts_nothing_new_after_its_container_has_ended(line: CommandLine) -> None:
    handle = handle_of(line.runner.run(TASK))
    line.ended(handle)
    assert line.runner.run(TASK) == handle
    assert line.containers[handle.id]["starts"] == 1


def test_what_was_created_and_not_started_is_started_by_the_next_call(line: CommandLine) -> None:
    line.fault("dies before it starts")
    assert isinstance(line.runner.run(TASK), OutcomeUnknown)
    assert line.started() == []
    line.fault("")
    handle = handle_of(line.runner.run(TASK))
    assert line.containers[handle.id]["starts"] == 1


def test_what_cannot_be_started_leaves_its_name_free_for_a_mended_task(line: CommandLine) -> None:
    refused = line.runner.run(TASK._replace(command=("nothing",)))
    assert isinstance(refused, PortRejected)
    assert "not found" in str(refused)
    assert line.containers == {}
    handle = handle_of(line.runner.run(TASK))
    assert line.containers[handle.id]["starts"] == 1


@pytest.mark.parametrize(
    ("fault", "kind", "why"),
    [
        ("daemon down", PortUnavailable, "onnect"),
        ("no registry", PortUnavailable, "no such host"),
        ("cut off", OutcomeUnknown, "EOF"),
    ],
)
def test_what_the_command_line_says_decides_which_error_it_is(
    line: CommandLine, fault: str, kind: type[PortError], why: str
) -> None:
    line.fault(fault)
    refused = line.runner.run(TASK)
    assert type(refused) is kind
    assert why in str(refused)
    assert "--help" not in str(refused)


def test_an_unknown_image_is_rejected_with_what_the_command_line_said_of_it(line: CommandLine) -> None:
    refused = line.runner.run(TASK._replace(image="unknown"))
    assert isinstance(refused, PortRejected)
    assert "denied" in str(refused)


def test_a_command_line_that_does_not_answer_is_left_with_an_unknown_outcome(
    line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "gate")
    monkeypatch.setenv("RECORDING_DOCKER_GATE", str(tmp_path / "gate"))
    line.fault("hangs")
    refused = DockerContainerRunner(line.name, seconds=0.2).run(TASK)
    assert isinstance(refused, OutcomeUnknown)
    assert "did not answer within 0.2 s" in str(refused)


def test_a_missing_command_line_is_named_with_the_remedy() -> None:
    refused = DockerContainerRunner("no-such-docker").run(TASK)
    assert isinstance(refused, PortUnavailable)
    assert "no-such-docker" in str(refused)
    assert "CONTAINER_CLI" in str(refused)


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (TASK._replace(image=""), "no image"),
        (TASK._replace(image="--privileged"), "no image"),
        (TASK._replace(command=("a\0b",)), "null byte"),
        (TASK._replace(token="a\0b"), "null byte"),
        (TASK._replace(command=("\ud800",)), "surrogates"),
        (TASK._replace(environment={"A": "\ud800"}), "surrogates"),
        (TASK._replace(environment={"A": "a\0b"}), "NUL"),
        (TASK._replace(environment={"A B": "1"}), "no name"),
        (TASK._replace(environment={"A=B": "1"}), "no name"),
        (TASK._replace(environment={"": "1"}), "no name"),
        (TASK._replace(environment={"#A": "1"}), "no name"),
        (TASK._replace(environment={"PATH": "a\nb"}), "means something to the command line"),
        (TASK._replace(environment={"A": "x" * 10_000_000}), "PRIMARY_ENVIRONMENT_SOURCE"),
    ],
)
def test_what_can_never_start_is_rejected(line: CommandLine, task: ContainerTask, why: str) -> None:
    refused = line.runner.run(task)
    assert isinstance(refused, PortRejected)
    assert why in str(refused)
    assert line.containers == {}
