"""Who notices: the unit tests of the domain, and after them the invariants of the simulation."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice

import pytest

from fsm_bootstrap.simulation.campaign import Play, World, observe
from fsm_bootstrap.simulation.scenarios import ALL
from tests.mutation.forks import Tell, told_by_forks
from tests.mutation.operators import Mutant
from tests.mutation.planting import probe

Lines = frozenset[str]
"""Statements, each as `module:line`."""
SAMPLED = 5
"""Worlds of a scenario from which it is learnt which lines it reaches."""


class Baseline:
    """What each oracle reaches, and how long a test takes."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources
        self._tests: list[tuple[float, str, Lines]] = []
        self._scenarios: list[tuple[str, Lines]] = []
        self._killers: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def learn_tests(self, items: Sequence[pytest.Item]) -> None:
        """Run every test once, unchanged.

        Raises:
            RuntimeError: one fails as it is.
        """

        def work(_: None, tell: Tell) -> None:
            met: set[str] = set()
            probe(self._sources, met)
            for item in items:
                met.clear()
                began = time.process_time()
                failed = fails(item)
                tell("\t".join([item.nodeid, "failed" if failed else str(time.process_time() - began), *met]))

        for _, told in told_by_forks([None], work, 1):
            for line in told:
                name, seconds, *met = _unharmed(line).split("\t")
                if seconds == "failed":
                    raise RuntimeError(f"{name} fails without any change")
                self._tests.append((float(seconds), name, frozenset(met)))
        if len(self._tests) != len(items):
            raise RuntimeError("the unit tests ended too soon, without any change")
        self._tests.sort(key=lambda test: test[:2])

    def learn_scenarios(self, processes: int) -> None:
        """Simulate a few worlds of each scenario, unchanged.

        Raises:
            RuntimeError: an invariant is broken as it is.
        """

        def work(name: str, tell: Tell) -> None:
            met: set[str] = set()
            probe(self._sources, met)
            broken = [line for world in worlds([name], SAMPLED) if (line := broken_in(world))]
            tell("\t".join(["; ".join(broken), *met]))

        for name, told in told_by_forks(scenarios(), work, processes):
            broken, *met = _unharmed(told[0]).split("\t")
            if broken:
                raise RuntimeError(f"{name} does not hold without any change: {broken}")
            self._scenarios.append((name, frozenset(met)))
        self._scenarios.sort()

    def learn_killer(self, mutant: Mutant, test: str) -> None:
        """This test noticed it, so it may notice other changes of that function."""
        self._killers[mutant.module, mutant.function][test] += 1

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that reach it: those first that noticed most in its function, then the quickest."""
        killers = self._killers[mutant.module, mutant.function]
        reaching = [name for _, name, met in self._tests if f"{mutant.module}:{mutant.line}" in met]
        return sorted(reaching, key=lambda name: -killers[name])

    def scenarios_of(self, mutant: Mutant) -> list[str]:
        """The scenarios that reach it."""
        return [name for name, met in self._scenarios if f"{mutant.module}:{mutant.line}" in met]


class _Reports:
    """Hears how a test went, and saves what it would cost to say why."""

    def __init__(self) -> None:
        self.failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        if call.excinfo is None or call.when == "collect" or call.excinfo.errisinstance(pytest.skip.Exception):
            return None
        self.failed = True
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", None, "call")


def fails(item: pytest.Item) -> bool:
    """Run one test."""
    reports = _Reports()
    item.config.pluginmanager.register(reports)
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    item.config.pluginmanager.unregister(reports)
    return reports.failed


def scenarios() -> list[str]:
    return [scenario.name for scenario in ALL]


def worlds(names: Sequence[str], most: int) -> Iterator[World]:
    """Of these scenarios by turns."""
    return islice((World(name, seed, 10) for seed in count() for name in names), most) if names else iter(())


def broken_in(world: World) -> str:
    """What a world shows; empty: nothing is wrong with it."""
    try:
        seen = observe(world, Play())
    except Exception as error:  # noqa: BLE001 - a changed program may raise anything
        return repr(error)
    if seen.broken:
        return seen.broken[0]
    return "" if seen.verdict.is_sound else "the verdict"


def _unharmed(line: str) -> str:
    if line.startswith("{"):
        raise RuntimeError(f"without any change: {line}")
    return line
