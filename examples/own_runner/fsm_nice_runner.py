"""A container runner of one's own: tasks are local processes of low priority.

``PRIMARY_CONTAINER_SOURCE=nice://10`` chooses it, and the priority.
"""

import os
import subprocess
from shutil import which
from threading import Lock

from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports import ContainerHandle, ContainerRunner, ContainerTask, PortError, PortRejected


class NiceRunner(ContainerRunner):
    def __init__(self, priority: int) -> None:
        self._priority, self._lock = priority, Lock()
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        if which(task.image) is None:
            return PortRejected(f"there is no program {task.image!r}", f"nice://{self._priority}")
        with self._lock:
            process = self._started.get(task.token)  # a repeated start with one token is the same start
            if process is None:
                process = self._started[task.token] = self._start(task)
        return ContainerHandle(str(process.pid))

    def _start(self, task: ContainerTask) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            ["nice", f"-{self._priority}", task.image, *task.command],
            env={**os.environ, **task.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # it outlives the worker that started it
        )


def container(source: Source, supplies: Supplies) -> ContainerRunner:
    """What the entry point leads to."""
    priority = int(source.removeprefix("nice://") or 10)
    return supplies.shared(NiceRunner, source, lambda: NiceRunner(priority))
