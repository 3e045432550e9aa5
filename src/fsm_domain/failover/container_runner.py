"""Containers over several runners."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fsm_domain.failover.breaker import Breaker
from fsm_domain.failover.first_to_accept import Source, first_to_accept
from fsm_ports.clock import Clock
from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.metrics_sink import MetricsSink


class FailoverContainerRunner(ContainerRunner):
    """Starts the task at the first runner that accepts it.

    A runner whose answer is lost may have started the task, and only that runner can tell: it is asked a second time
    with the same token before the next one is.  If it stays silent the next one starts the task, perhaps for the second
    time.  That is the lesser evil: a machine that waits for a container that nobody started waits for ever, while of
    two containers that report their end only the first one's event is taken.
    """

    def __init__(self, clock: Clock, *runners: ContainerRunner, metrics: MetricsSink | None = None) -> None:
        if not runners:
            raise ValueError("a failover container runner needs at least one runner")
        self._sources = [Source(_started_by(runner), Breaker(clock)) for runner in runners]
        self._metrics = metrics

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        return first_to_accept([task], self._sources, self._failed_over)[0]

    def _failed_over(self, task: ContainerTask) -> None:
        if self._metrics is not None:
            self._metrics.count("failover", "")


def _started_by(
    runner: ContainerRunner,
) -> Callable[[Sequence[ContainerTask]], Sequence[ContainerHandle | PortError]]:
    def start(task: ContainerTask) -> ContainerHandle | PortError:
        started = runner.run(task)
        return runner.run(task) if isinstance(started, OutcomeUnknown) else started

    return lambda tasks: [start(task) for task in tasks]
