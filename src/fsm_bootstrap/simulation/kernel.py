"""Processes that take turns at every port call, on a virtual clock, as one seed says.

A process is a greenlet.  It goes on until it pauses or sleeps; then the scheduler picks who goes on next.  Whoever is
picked may crash at that point, or stall for longer than its claims last.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from fsm_bootstrap.simulation import greenlets
from fsm_bootstrap.simulation.clocks import KernelClock, KernelRandom, OwnClock
from fsm_bootstrap.simulation.faults import CALM, Fate, Faults, Place

START = 1_000_000.0
"""Virtual time at which every simulation begins, epoch seconds."""
_JITTER = 0.02
"""Seconds that pass at most between two turns while there is work to do."""


class Crash(BaseException):
    """The process is gone, as by ``kill -9``.  No Exception: nothing that a dispatcher catches."""


def drawn(key: str) -> float:
    """A number from [0, 1) that belongs to the key, whoever asks, and how often."""
    return random.Random(key).random()


class Process:
    """One worker, caller or timer; after a crash it lives again, with nothing remembered."""

    def __init__(self, name: str, life: Callable[[], None], *, mortal: bool) -> None:
        self.name, self.life, self.mortal = name, life, mortal
        self.lives = 1
        self.wakes_at = START
        self.greenlet: greenlets.Greenlet | None = None

    @property
    def incarnation(self) -> str:
        """Names this life of the process."""
        return f"{self.name}.{self.lives}"


class Kernel:
    """The scheduler; all chance comes from the seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.clock = KernelClock(self)
        """The right time, by which back ends go."""
        self.own_clock = OwnClock(self)
        """The time of whoever asks."""
        self.ids = KernelRandom(self)
        self.now = START
        self.turns = 0
        self.faults: Faults = CALM
        self.faulted: Counter[str] = Counter()
        """What went wrong, and how often."""
        self.on_crash: Callable[[str], None] = lambda incarnation: None
        self.down: dict[str, float] = {}
        """Back ends that do not answer, and until when."""
        self.echoes: list[Callable[[], object]] = []
        """Each brings what a road carried once more."""
        self.forgetful: list[Callable[[], None]] = []
        """Each makes a lock forget all that it holds."""
        self.met = Counter[Place]()
        """How often workers came to where a failure could meet them."""
        self._processes: list[Process] = []
        self._current: Process | None = None
        self._hub = greenlets.current()

    @property
    def current(self) -> str:
        """The incarnation that is running."""
        return "nobody" if self._current is None else self._current.incarnation

    @property
    def skew(self) -> float:
        """How much later it is than the right time by the clock of the process that is running, in seconds."""
        if self._current is None or not self.faults.skew:
            return 0.0
        since = int((self.now - START) / self.faults.jump) if self.faults.jump else 0
        return self.faults.skew * (2 * drawn(f"{self.seed}/{self._current.name}/{since}") - 1)

    @property
    def half(self) -> bool:
        """On which side of a network that has fallen apart the process is that is running."""
        return self._current is not None and drawn(f"{self.seed}/{self._current.name}/half") < 0.5

    def spawn(self, name: str, life: Callable[[], None], *, mortal: bool = True) -> None:
        """Add a process; it begins at some later turn, and ends when `life` returns."""
        process = Process(name, life, mortal=mortal)
        process.greenlet = greenlets.make(lambda: self._live(process))
        self._processes.append(process)

    def run(self, until: Callable[[], bool], turns: int, seconds: float) -> bool:
        """Give turns until `until()` holds; False where so many turns or seconds went by first."""
        last_turn, last_moment = self.turns + turns, self.now + seconds
        self._hub = greenlets.current()
        while not until():
            if self.turns >= last_turn or self.now >= last_moment or not self._processes:
                return False
            self._turn()
        return True

    def step(self, name: str) -> bool:
        """Give one turn to the process of that name, whatever it sleeps for; False once it has ended."""
        process = next((process for process in self._processes if process.name == name), None)
        if process is None:
            return False
        self._hub = greenlets.current()
        self.now = max(self.now, process.wakes_at)
        self._go_on(process)
        return process in self._processes

    def close(self) -> None:
        """End every process where it stands."""
        for process in self._processes:
            if process.greenlet is not None and not process.greenlet.dead:
                process.greenlet.throw()
        self._processes = []

    def chance(self, probability: float) -> bool:
        return probability > 0 and self.random.random() < probability

    def pause(self) -> None:
        """Let the scheduler choose who goes on; the point at which a process may crash or stall."""
        process = self._switch(0.0)
        if process.mortal:
            if self.chance(self.faults.crash):
                raise Crash
            if self.chance(self.faults.stall):
                self.faulted["stall"] += 1
                self._switch(self.random.uniform(0.0, self.faults.longest_stall))

    def strike(self, place: Place) -> Fate | None:
        """The one failure of this simulation, where it meets the worker that is running here; else None.

        Raises:
            Crash: it is the process's end.
        """
        self.met[place] += 1
        once = self.faults.once
        if once is None or once.place is not place or self.met[place] != self._aim(once.among):
            return None
        self.faulted["once"] += 1
        if once.fate is None:
            raise Crash
        return once.fate

    def _aim(self, among: int) -> int:
        return 1 + int(among * drawn(f"{self.seed}/once"))

    def sleep(self, seconds: float) -> None:
        """Out of the running for so long."""
        self._switch(max(0.0, seconds))

    def _switch(self, seconds: float) -> Process:
        process = self._current
        if process is None:
            raise RuntimeError("only a process can pause")
        process.wakes_at = self.now + seconds
        self._hub.switch()
        return process

    def _turn(self) -> None:
        self.turns += 1
        if self.random.random() < 0.25:
            self.now += self.random.uniform(0.0, _JITTER)
        ready = [process for process in self._processes if process.wakes_at <= self.now]
        if not ready:
            self.now = min(process.wakes_at for process in self._processes)
            ready = [process for process in self._processes if process.wakes_at <= self.now]
        self._go_on(ready[self.random.randrange(len(ready))])

    def _go_on(self, process: Process) -> None:
        self._current = process
        if process.greenlet is not None:
            process.greenlet.switch()
            if process.greenlet.dead:
                self._processes.remove(process)
        self._current = None

    def _live(self, process: Process) -> None:
        while True:
            try:
                process.life()
            except Crash:
                self.faulted["crash"] += 1
                self.on_crash(process.incarnation)
                process.lives += 1
                self._switch(self.random.uniform(0.0, 2.0))
            else:
                return
