"""An event loop on a virtual clock: what async actions sleep takes no time, and their time limits are virtual too."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from fsm_adapters.system.clock import VirtualClock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _VirtualSelector(selectors.DefaultSelector):
    """Where nothing but time can wake the loop, time passes at once."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock
        self.threads_at_work = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # The loop's own wake-up pipe is always there; a process or a thread takes real time, so wait for it.
        real = self.threads_at_work > 0 or len(self.get_map()) > 1
        ready = super().select(timeout if real or timeout is None else 0)
        if not ready and timeout is not None and timeout > 0:
            self._clock.advance(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time is the clock's."""

    def __init__(self, clock: VirtualClock) -> None:
        self._virtual_selector, self._virtual_clock = _VirtualSelector(clock), clock
        super().__init__(self._virtual_selector)
        # A timer counts as due so long before its time; less is lost between two neighbouring floats of epoch seconds.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._virtual_clock.now()

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._virtual_selector.threads_at_work += 1
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _: object) -> None:
        self._virtual_selector.threads_at_work -= 1
