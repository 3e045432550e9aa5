"""Interleaved rounds: each contender in a process of its own, one at work at a time, by turns.

A slow minute of the machine then slows all of them alike, which is why ratios hold where seconds do not.
"""

from __future__ import annotations

import importlib
import multiprocessing
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing.connection import Connection
from statistics import median
from typing import NamedTuple, TypeAlias

Work: TypeAlias = Callable[[int], int]
"""Does so many units of work, or about so many; answers how many it did."""
Contender: TypeAlias = Callable[[], AbstractContextManager[Work]]
"""Sets up what is measured; a function of a module, named ``package.module:function``."""


class Sample(NamedTuple):
    """One round of one contender."""

    units: int
    cpu: float
    """Seconds of all of its process's threads."""
    wall: float

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU a unit."""
        return self.cpu / self.units * 1e6

    @property
    def per_s(self) -> float:
        """Units a second by the clock on the wall."""
        return self.units / self.wall


class Figure(NamedTuple):
    """The median of the rounds, and how far they lie apart."""

    median: float
    least: float
    most: float
    rounds: int

    def told(self) -> Mapping[str, float]:
        """As JSON has it."""
        return {"median": self.median, "min": self.least, "max": self.most, "rounds": self.rounds}


def figure(values: list[float]) -> Figure:
    """Of at least one value."""
    return Figure(median(values), min(values), max(values), len(values))


class Race(NamedTuple):
    """What the rounds of some contenders were."""

    samples: Mapping[str, list[Sample]]

    def cpu_us(self, name: str) -> Figure:
        return figure([sample.cpu_us for sample in self.samples[name]])

    def per_s(self, name: str) -> Figure:
        return figure([sample.per_s for sample in self.samples[name]])

    def cpu_ratio(self, name: str, to: str) -> Figure:
        """How often the CPU of `to` goes into that of `name`, round by round: neighbours in time are compared."""
        pairs = zip(self.samples[name], self.samples[to], strict=True)
        return figure([one.cpu_us / other.cpu_us for one, other in pairs])

    def rate_ratio(self, name: str, to: str) -> Figure:
        """Units a second of `name`, of those of `to`."""
        pairs = zip(self.samples[name], self.samples[to], strict=True)
        return figure([one.per_s / other.per_s for one, other in pairs])


def race(contenders: Mapping[str, tuple[str, int]], rounds: int) -> Race:
    """Run them by turns: `contenders` is, by name, the dotted function and how many units a round has.

    A first round, which is not counted, warms each up.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in contenders}
    with ExitStack() as stack:
        ask = {name: stack.enter_context(_process(path)) for name, (path, _) in contenders.items()}
        for number in range(rounds + 1):
            for name, (_, units) in contenders.items():
                sample = ask[name](units if number else max(1, units // 10))
                if number:
                    samples[name].append(sample)
    return Race(samples)


def measured(work: Work, units: int) -> Sample:
    """One round in this process."""
    cpu, wall = time.process_time(), time.perf_counter()
    done = work(units)
    return Sample(done, time.process_time() - cpu, time.perf_counter() - wall)


def found(path: str) -> Contender:
    """The function that a path of the form ``package.module:function`` names."""
    module, _, name = path.partition(":")
    contender: Contender = getattr(importlib.import_module(module), name)
    return contender


@contextmanager
def _process(path: str) -> Generator[Callable[[int], Sample]]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(path, there), daemon=False)
    process.start()
    there.close()

    def ask(units: int) -> Sample:
        here.send(units)
        answer = here.recv()
        if isinstance(answer, Sample):
            return answer
        raise RuntimeError(f"{path} failed:\n{answer}")

    try:
        yield ask
        here.send(0)
        if (last := here.recv()) is not None:
            raise RuntimeError(f"{path} failed at its end:\n{last}")
    finally:
        here.close()
        process.join(60)
        if process.is_alive():
            process.kill()
            process.join()


def _serve(path: str, connection: Connection) -> None:
    """The process of one contender: a round for each number received, until 0 or until nobody asks any more."""
    try:
        with found(path)() as work:
            while units := connection.recv():
                connection.send(measured(work, units))
        connection.send(None)
    except (EOFError, BrokenPipeError):
        return
    except Exception:  # noqa: BLE001 - told to who asked
        connection.send(traceback.format_exc())
