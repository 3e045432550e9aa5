"""Spares each message the time-out of a back end that is known to be down."""

from __future__ import annotations

from collections.abc import Iterable

from fsm_ports.clock import Clock
from fsm_ports.errors import OutcomeUnknown, PortUnavailable

_DOWN = PortUnavailable, OutcomeUnknown


class Breaker:
    """Opens after `threshold` calls in a row in which nothing succeeded; after `pause` seconds lets one call try.

    A rejected item says nothing about its back end and counts neither way.
    """

    def __init__(self, clock: Clock, threshold: int = 3, pause: float = 10.0) -> None:
        if threshold < 1 or pause <= 0:
            raise ValueError(
                f"a breaker needs a threshold of at least 1 and a pause above 0 s, not {threshold}, {pause}"
            )
        self._clock, self._threshold, self._pause = clock, threshold, pause
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Calls should go elsewhere for now."""
        return self._failures >= self._threshold and self._clock.now() < self._open_until

    def record(self, results: Iterable[object]) -> None:
        """Learn from the results of one call, one an item."""
        down = [isinstance(result, _DOWN) for result in results]
        if not all(down):
            self._failures = 0
        elif down:
            self._failures += 1
            if self._failures >= self._threshold:
                self._open_until = self._clock.now() + self._pause
