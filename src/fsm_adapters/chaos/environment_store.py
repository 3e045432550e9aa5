"""Faults between a container and its environment."""

from __future__ import annotations

from collections.abc import Mapping

from fsm_adapters.chaos.chaos import Chaos
from fsm_ports.environment_store import EnvironmentStore
from fsm_ports.errors import PortError


class ChaosEnvironmentStore(EnvironmentStore):
    """A store that loses some environments, and some answers."""

    def __init__(self, store: EnvironmentStore, chaos: Chaos) -> None:
        self._store, self._chaos = store, chaos

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        return self._chaos.one(lambda: self._store.put(key, environment, expires_at))

    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        return self._chaos.one(lambda: self._store.get(key))
