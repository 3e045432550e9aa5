"""Chance: the system's, and one that repeats itself."""

from __future__ import annotations

import random
import uuid

from fsm_ports.clock import Random


class SystemRandom(Random):
    """From the operating system, at each call.

    Keeps no state: processes that are restored from one snapshot must not draw the same ids.
    """

    def jitter(self, upper: float) -> float:
        return random.SystemRandom().random() * upper

    def id(self) -> str:
        return str(uuid.uuid4())


class SeededRandom(Random):
    """One seed gives one sequence, in every process.  Its ids are unique only among those of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)

    def jitter(self, upper: float) -> float:
        return self._random.random() * upper

    def id(self) -> str:
        return f"{self._random.getrandbits(64):016x}"
