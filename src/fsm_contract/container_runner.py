"""Suite of the port ContainerRunner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from fsm_contract import samples
from fsm_contract.suite import Suite, Timed, at_once
from fsm_ports import ContainerHandle, ContainerRunner, ContainerTask, PortError


@dataclass(frozen=True, kw_only=True)
class ContainerSubject(Timed):
    """A container runner, and what it has started."""

    runner: ContainerRunner
    started: Callable[[], Sequence[ContainerTask]]
    """What has been started, each start once, with the environment that the container got; it may hold more."""
    image: str = "image"
    """One that reports to `started` and ends."""
    endless: str = "image"
    """One that does not end before the test does."""
    unknown: str = ""
    """One that the runner cannot start."""
    tells_repeats: bool = True
    """A repeated token starts nothing new; else it may start a second container."""


class ContainerRunnerContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> ContainerSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: ContainerSubject) -> None:
        self.check_adapter(subject.runner)

    def test_task_is_started_with_its_command_and_environment(self, subject: ContainerSubject) -> None:
        environment = {
            "A": "1",
            "TEXT": "$A 'x' \"ž\"",
            "TWO_LINES": "one\n two\n",
            "EMPTY": "",
            "PATH": "/bin:/usr/bin",
        }
        task = ContainerTask(subject.image, ("--name", "a b", samples.TEXT), environment, "t-1")
        self._run(subject, task)
        (started,) = self._started(subject, 1)
        assert started.command == task.command
        assert {name: started.environment.get(name) for name in task.environment} == task.environment

    def test_started_task_has_a_name(self, subject: ContainerSubject) -> None:
        assert self._run(subject, self._task(subject, "t-1")).id != ""

    def test_tasks_with_different_tokens_are_different_starts(self, subject: ContainerSubject) -> None:
        handles = [self._run(subject, self._task(subject, f"t-{n}")) for n in range(3)]
        assert len({handle.id for handle in handles}) == 3
        assert len(self._started(subject, 3)) == 3

    def test_repeated_token_starts_nothing_new_where_the_runner_can_tell(self, subject: ContainerSubject) -> None:
        first = self._run(subject, self._task(subject, "t-1"))
        again = self._run(subject, self._task(subject, "t-1"))
        self._run(subject, self._task(subject, "t-2"))
        assert len(self._started(subject, 2)) == 2 if subject.tells_repeats else len(self._started(subject, 3)) == 3
        assert (again == first) is subject.tells_repeats

    def test_repeats_at_one_moment_are_one_start_where_the_runner_can_tell(self, subject: ContainerSubject) -> None:
        task = self._task(subject, "t-1")
        handles = at_once(8, lambda _: self._run(subject, task))
        self._run(subject, self._task(subject, "t-2"))
        if subject.tells_repeats:
            assert len(set(handles)) == 1
            assert len(self._started(subject, 2)) == 2

    def test_token_of_a_task_that_could_not_start_can_start_another(self, subject: ContainerSubject) -> None:
        task = self._task(subject, "t-1")
        assert isinstance(subject.runner.run(task._replace(image=subject.unknown)), PortError)
        self._run(subject, task)
        assert len(self._started(subject, 1)) == 1

    def test_run_returns_while_the_task_goes_on(self, subject: ContainerSubject) -> None:
        before = subject.clock.now()
        self._run(subject, self._task(subject, "t-1")._replace(image=subject.endless))
        assert subject.clock.now() - before < subject.unit

    def test_task_that_cannot_start_is_answered_with_an_error(self, subject: ContainerSubject) -> None:
        result = subject.runner.run(self._task(subject, "t-1")._replace(image=subject.unknown))
        assert isinstance(result, PortError)
        assert list(self._started(subject, 0)) == []

    def test_changing_the_environment_after_the_call_changes_nothing(self, subject: ContainerSubject) -> None:
        environment = {"A": "1"}
        self._run(subject, self._task(subject, "t-1")._replace(environment=environment))
        environment["A"] = "changed"
        (started,) = self._started(subject, 1)
        assert started.environment["A"] == "1"

    def _task(self, subject: ContainerSubject, token: str) -> ContainerTask:
        return ContainerTask(subject.image, ("run",), {"A": "1"}, token)

    def _run(self, subject: ContainerSubject, task: ContainerTask) -> ContainerHandle:
        handle = subject.runner.run(task)
        assert isinstance(handle, ContainerHandle)
        return handle

    def _started(self, subject: ContainerSubject, count: int) -> Sequence[ContainerTask]:
        return subject.eventually(subject.started, lambda seen: len(seen) >= count)
