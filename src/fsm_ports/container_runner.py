"""Port: starts a container, or whatever stands for one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from fsm_ports.errors import PortError


class ContainerTask(NamedTuple):
    """What to run."""

    image: str
    """Image, task definition or executable, as the runner understands it."""
    command: tuple[str, ...]
    environment: Mapping[str, str]
    token: str
    """Client token: two calls with one token are one start where the runner can tell."""


class ContainerHandle(NamedTuple):
    """A started container."""

    id: str


class ContainerRunner(Protocol):
    """Starts a task and returns as soon as it is accepted; the task reports its end as an outside event.

    * A repeated `run` with the same token starts nothing new where the runner can tell; else the event fence makes the
      second run harmless.
    """

    @abstractmethod
    def run(self, task: ContainerTask) -> ContainerHandle | PortError: ...
