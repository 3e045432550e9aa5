"""Chance: the system's, and one that repeats itself."""

from __future__ import annotations

import random
import uuid

from fsm_ports.clock import Random


class SystemRandom(Random):
    """From the operating system.  Keeps no state: a process restored from a snapshot must not repeat another's ids."""

    def jitter(self, upper: float) -> float:
        return random.SystemRandom().random() * upper

    def id(self) -> str:
        return str(uuid.uuid4())


class SeededRandom(Random):
    """The same seed gives the same sequence, in every process."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)

    def jitter(self, upper: float) -> float:
        return self._random.random() * upper

    def id(self) -> str:
        return f"{self._random.getrandbits(64):016x}"
