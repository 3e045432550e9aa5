"""Time and chance in a simulation, as ports: the kernel's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsm_ports.clock import Clock, Random

if TYPE_CHECKING:
    from fsm_bootstrap.simulation.kernel import Kernel


class KernelClock(Clock):
    """The kernel's time."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def now(self) -> float:
        return self._kernel.now

    def sleep(self, seconds: float) -> None:
        self._kernel.sleep(seconds)


class OwnClock(Clock):
    """The kernel's time, as the process that is running has it."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def now(self) -> float:
        return self._kernel.now + self._kernel.skew

    def sleep(self, seconds: float) -> None:
        self._kernel.sleep(seconds)


class KernelRandom(Random):
    """The kernel's chance; ids are counted, so that a trace can be read."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._made = 0

    def jitter(self, upper: float) -> float:
        return self._kernel.random.random() * upper

    def id(self) -> str:
        self._made += 1
        return f"id{self._made}"
