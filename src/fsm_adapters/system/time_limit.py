"""Time limits of plain actions: by an alarm where the process can be interrupted, else by looking afterwards."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from fsm_ports.clock import Clock


class ElapsedTimeLimit:
    """Raises when the block is over and took too long; interrupts nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, seconds: float) -> AbstractContextManager[None]:
        return self._limited(seconds)

    @contextmanager
    def _limited(self, seconds: float) -> Generator[None]:
        end = self._clock.now() + seconds
        yield
        if self._clock.now() > end:
            raise TimeoutError(_said(seconds))


class AlarmTimeLimit:
    """Interrupts the block with TimeoutError, by SIGALRM; in other threads than the main one it only looks afterwards.

    Code that catches TimeoutError, or is inside a call that Python cannot interrupt, goes on; the block then fails at
    its end.  An alarm that somebody else has set is put back.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._elapsed = ElapsedTimeLimit(clock)

    def __call__(self, seconds: float) -> AbstractContextManager[None]:
        if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
            return self._alarmed(seconds)
        return self._elapsed(seconds)

    @contextmanager
    def _alarmed(self, seconds: float) -> Generator[None]:
        def interrupt(number: int, frame: FrameType | None) -> None:
            raise TimeoutError(_said(seconds))

        began = self._clock.now()
        handler = signal.signal(signal.SIGALRM, interrupt)
        left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            with self._elapsed(seconds):
                yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
            if left:
                signal.setitimer(signal.ITIMER_REAL, max(left - (self._clock.now() - began), 0.001), interval)


def _said(seconds: float) -> str:
    return f"the action took longer than its timeout of {seconds:g} s"
