"""The port EnvironmentStore in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from threading import Lock

from fsm_adapters.memory.sizes import ITEM_BYTES, too_large
from fsm_ports import Clock, EnvironmentStore, PortError


class MemoryEnvironmentStore(EnvironmentStore):
    """Environments as JSON text; each is forgotten at its expiry."""

    def __init__(self, clock: Clock, max_bytes: int = ITEM_BYTES) -> None:
        self._clock, self._max_bytes = clock, max_bytes
        self._texts: dict[str, tuple[str, float]] = {}
        self._lock = Lock()

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        text = json.dumps(dict(environment), ensure_ascii=False)
        refusal = too_large((key, text), self._max_bytes, "memory://")
        if refusal is None:
            with self._lock:
                now = self._clock.now()
                self._texts = {k: kept for k, kept in self._texts.items() if kept[1] > now}
                self._texts[key] = text, expires_at
        return refusal

    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        with self._lock:
            text, expires_at = self._texts.get(key, ("", 0.0))
            if expires_at <= self._clock.now():
                return None
        environment: dict[str, str] = json.loads(text)
        return environment
