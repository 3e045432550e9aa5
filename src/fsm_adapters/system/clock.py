"""Clocks: the system's, and one that a test moves."""

from __future__ import annotations

import time
from threading import Lock

from fsm_ports.clock import Clock


class SystemClock(Clock):
    """The time of this machine."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


class VirtualClock(Clock):
    """Stands still until it is told to move; sleeping moves it, and takes no time.  Threads may share it."""

    def __init__(self, start: float = 1_000_000_000.0) -> None:
        self._now, self._lock = start, Lock()

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            with self._lock:
                self._now += seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass.

        Raises:
            ValueError: a clock does not go back.
        """
        if seconds < 0:
            raise ValueError(f"a clock does not go back by {-seconds} s")
        self.sleep(seconds)
