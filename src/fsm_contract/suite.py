"""What the suites share: the adapter that they name, time, and lots that can be drawn again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import ClassVar, TypeVar

from fsm_ports import Clock

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A subject that goes by a clock."""

    clock: Clock
    """The clock that the adapter goes by, or one that runs with it."""
    unit: float = 10.0
    """Seconds that a lease, a claim or a delay of a test lasts; on a real clock make it short, but at least ten times
    the resolution of the back end, and several times `patience`."""
    patience: float = 0.0
    """Seconds within which a write shows where it has to show; 0: at once.  A test polls so long before it fails."""
    look_every: float = 0.05
    """Seconds between two looks of a test that polls; take longer ones where the clock only has to be told."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.sleep(seconds)

    def eventually(self, look: Callable[[], T], holds: Callable[[T], bool]) -> T:
        """What `look` answers once it `holds`, or after the subject's patience."""
        end = self.clock.now() + self.patience
        while not holds(seen := look()) and self.clock.now() < end:
            self.pass_time(self.look_every)
        return seen


class Suite:
    """A contract suite."""

    adapter: ClassVar[type | None] = None
    """The class that this suite is run on, so that an adapter without a suite can be found; may be left out."""

    def check_adapter(self, *candidates: object) -> None:
        if self.adapter is not None:
            assert self.adapter in [type(candidate) for candidate in candidates]


class Dice:
    """Lots from a seed, the same in every process and on every version of Python."""

    def __init__(self, seed: int) -> None:
        self._seed, self._drawn = seed, 0

    def below(self, end: int) -> int:
        self._drawn += 1
        digest = hashlib.sha256(f"{self._seed}/{self._drawn}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % end

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent


def seeds(usual: int, full: int) -> list[int]:
    """The seeds of a test that draws lots: ``FSM_TEST_SEED`` alone, else a few, or many under ``FSM_TEST_FULL``."""
    if seed := os.environ.get("FSM_TEST_SEED"):
        return [int(seed)]
    return list(range(full if os.environ.get("FSM_TEST_FULL") else usual))


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """What `work` answers to 0, 1, ... in as many threads, all of them let go at one moment."""
    gate = Barrier(count)

    def run(number: int) -> T:
        gate.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
