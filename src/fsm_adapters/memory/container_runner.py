"""The port ContainerRunner in memory."""

from __future__ import annotations

from threading import Lock

from fsm_ports import ContainerHandle, ContainerRunner, ContainerTask, PortError, PortRejected


class MemoryContainerRunner(ContainerRunner):
    """Starts nothing; keeps the tasks for a test to read, each token once."""

    def __init__(self) -> None:
        self._started: dict[str, ContainerTask] = {}
        self._lock = Lock()

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        if not task.image:
            return PortRejected("a task needs an image", "memory://")
        with self._lock:
            self._started.setdefault(task.token, task._replace(environment=dict(task.environment)))
            number = list(self._started).index(task.token) + 1
        return ContainerHandle(f"memory-{number}")

    @property
    def tasks(self) -> tuple[ContainerTask, ...]:
        """What was started, in order."""
        with self._lock:
            return tuple(self._started.values())
