"""Port: container environments that are too large for a task's own parameters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from fsm_ports.errors import PortError


class EnvironmentStore(Protocol):
    """Keeps one container's environment variables until the container fetches them.

    * `put` under a known key replaces what was there; the caller chooses a key that names the start, so that a repeated
      start stores the same.  `expires_at` (epoch seconds) is when the store may forget it.
    * `get` answers what was put, or None when it is unknown or has been forgotten.
    """

    @abstractmethod
    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None: ...

    @abstractmethod
    def get(self, key: str) -> Mapping[str, str] | None | PortError: ...
