"""Containers over two runners: the first that accepts starts it."""

from __future__ import annotations

import pytest

from fsm_adapters.memory import MemoryContainerRunner, MemoryMetrics
from fsm_adapters.system.clock import VirtualClock
from fsm_domain.failover.container_runner import FailoverContainerRunner
from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable

DOWN, UNKNOWN, REJECTED = PortUnavailable("refused"), OutcomeUnknown("time-out"), PortRejected("no such image")
TASK = ContainerTask("image", ("run",), {}, "t-1")


class Scripted(ContainerRunner):
    """Answers one after the other, the last of them again and again."""

    def __init__(self, *answers: ContainerHandle | PortError) -> None:
        self._answers = list(answers)
        self.tokens: list[str] = []

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        self.tokens.append(task.token)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def test_the_first_runner_that_accepts_is_the_only_one_asked() -> None:
    first, second = Scripted(ContainerHandle("first")), MemoryContainerRunner()
    assert FailoverContainerRunner(VirtualClock(), first, second).run(TASK) == ContainerHandle("first")
    assert second.tasks == ()


def test_a_lost_answer_is_asked_for_again_where_it_was_lost() -> None:
    first, second = Scripted(UNKNOWN, ContainerHandle("first")), MemoryContainerRunner()
    assert FailoverContainerRunner(VirtualClock(), first, second).run(TASK) == ContainerHandle("first")
    assert first.tokens == ["t-1", "t-1"]
    assert second.tasks == ()


def test_a_runner_that_stays_silent_is_not_waited_for() -> None:
    first, second = Scripted(UNKNOWN), MemoryContainerRunner()
    assert isinstance(FailoverContainerRunner(VirtualClock(), first, second).run(TASK), ContainerHandle)
    assert second.tasks == (TASK,)


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [(UNKNOWN, DOWN, UNKNOWN), (UNKNOWN, REJECTED, UNKNOWN), (DOWN, REJECTED, DOWN), (REJECTED, DOWN, DOWN)],
)
def test_where_nobody_accepts_the_answer_is_what_leaves_most_open(
    first: PortError, second: PortError, answer: PortError
) -> None:
    assert FailoverContainerRunner(VirtualClock(), Scripted(first), Scripted(second)).run(TASK) is answer


def test_a_runner_that_is_known_to_be_down_is_spared() -> None:
    first, second = Scripted(DOWN), MemoryContainerRunner()
    runner = FailoverContainerRunner(VirtualClock(), first, second)
    for n in range(10):
        assert isinstance(runner.run(TASK._replace(token=f"t-{n}")), ContainerHandle)
    assert len(first.tokens) == 3


def test_each_start_that_the_first_runner_did_not_take_is_counted() -> None:
    metrics = MemoryMetrics()
    runner = FailoverContainerRunner(VirtualClock(), Scripted(DOWN), MemoryContainerRunner(), metrics=metrics)
    for n in range(5):
        runner.run(TASK._replace(token=f"t-{n}"))
    runner.run(TASK._replace(token="t-6", image=""))
    assert metrics.counted("failover", "") == 5


def test_no_runner_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one runner"):
        FailoverContainerRunner(VirtualClock())
