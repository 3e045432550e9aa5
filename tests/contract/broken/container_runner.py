"""Wrong container runners."""

from __future__ import annotations

import itertools
from threading import Event
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryContainerRunner
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import ContainerRunnerContract, ContainerSubject
from fsm_ports import ContainerHandle, ContainerTask, PortError
from tests.contract.broken.rejection import rejected_by


class OnRunner(ContainerRunnerContract):
    wrong: ClassVar[type[MemoryContainerRunner]]

    @pytest.fixture
    def subject(self) -> ContainerSubject:
        clock, runner = VirtualClock(), self.wrong()
        if isinstance(runner, WaitsForTheEnd):
            runner.clock = clock
        return ContainerSubject(clock=clock, runner=runner, started=lambda: runner.tasks)


@rejected_by(
    OnRunner,
    "test_repeated_token_starts_nothing_new_where_the_runner_can_tell",
    "test_repeats_at_one_moment_are_one_start_where_the_runner_can_tell",
)
class IgnoresTheToken(MemoryContainerRunner):
    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        return super().run(task._replace(token=f"{task.token}-{next(self._numbers)}"))


@rejected_by(OnRunner, "test_repeats_at_one_moment_are_one_start_where_the_runner_can_tell")
class LooksBeforeItStarts(MemoryContainerRunner):
    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()
        self._handles = dict[str, ContainerHandle | PortError]()

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        known = self._handles.get(task.token)
        if known is not None:
            return known
        Event().wait(0.02)
        handle = super().run(task._replace(token=f"{task.token}-{next(self._numbers)}"))
        if not isinstance(handle, PortError):
            self._handles[task.token] = handle
        return handle


@rejected_by(OnRunner, "test_token_of_a_task_that_could_not_start_can_start_another")
class RemembersWhatCouldNotStart(MemoryContainerRunner):
    def __init__(self) -> None:
        super().__init__()
        self._answers = dict[str, ContainerHandle | PortError]()

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        return self._answers.setdefault(task.token, super().run(task))


@rejected_by(OnRunner, "test_task_is_started_with_its_command_and_environment")
class TakesVariablesOfOneLine(MemoryContainerRunner):
    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        lines = "\n".join(f"{name}={value}" for name, value in task.environment.items()).splitlines()
        environment = dict(line.split("=", 1) for line in lines if "=" in line)
        return super().run(task._replace(environment=environment))


@rejected_by(OnRunner, "test_changing_the_environment_after_the_call_changes_nothing")
class KeepsTheCallersEnvironment(MemoryContainerRunner):
    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        handle = super().run(task)
        if task.token in self._started:
            self._started[task.token] = task
        return handle


@rejected_by(OnRunner, "test_run_returns_while_the_task_goes_on")
class WaitsForTheEnd(MemoryContainerRunner):
    clock = VirtualClock()

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        self.clock.sleep(3600)
        return super().run(task)


@rejected_by(
    OnRunner,
    "test_task_that_cannot_start_is_answered_with_an_error",
    "test_token_of_a_task_that_could_not_start_can_start_another",
)
class RaisesWhatItShouldAnswer(MemoryContainerRunner):
    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        result = super().run(task)
        if isinstance(result, PortError):
            raise result
        return result


@rejected_by(OnRunner, "test_task_is_started_with_its_command_and_environment")
class SplitsTheCommandAtBlanks(MemoryContainerRunner):
    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        return super().run(task._replace(command=tuple(" ".join(task.command).split())))
