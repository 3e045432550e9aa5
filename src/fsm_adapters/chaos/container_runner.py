"""Faults on the way to a container."""

from __future__ import annotations

from fsm_adapters.chaos.chaos import Chaos
from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.errors import PortError


class ChaosContainerRunner(ContainerRunner):
    """A runner that loses some starts, and some answers."""

    def __init__(self, runner: ContainerRunner, chaos: Chaos) -> None:
        self._runner, self._chaos = runner, chaos

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        return self._chaos.one(lambda: self._runner.run(task))
