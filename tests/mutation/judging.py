"""Puts mutants before the oracles."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

from tests.mutation.forks import Tell, give_up_after, told_by_forks
from tests.mutation.operators import Mutant
from tests.mutation.planting import replace_function, replace_module
from tests.mutation.results import SIMULATION, SURVIVED, UNIT, Result, result_of

if TYPE_CHECKING:  # else nothing of the project is imported before a mutant that is made at import
    from tests.mutation.oracles import Baseline

TESTS = (
    "tests/unit/fsm_domain/runtime",
    "tests/unit/fsm_domain/failover",
    "tests/contract/test_failover.py",
    "tests/unit/fsm_bootstrap/test_every_metric.py",
)
PYTEST = (
    "-qq", "-s", "-x", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist", "-p",
    "no:logging", "-p", "no:hypothesispytest", "-p", "no:unraisableexception",
    "-p", "no:threadexception", "-o", "timeout=0",
)  # fmt: skip
"""Nobody reads why a test fails, so nothing is spent on saying it; what hangs is ended with its fork."""
TEST_SECONDS, WORLD_SECONDS, IMPORT_SECONDS = 1.0, 10.0, 60.0
"""Processor time after which a mutant is taken to run on for ever: a test takes milliseconds, a world some more."""


class Judge:
    """`worlds` is how many are simulated for a mutant that the unit tests let live; 0: none."""

    def __init__(self, sources: Mapping[str, str], worlds: int, processes: int) -> None:
        self._sources, self._worlds, self._processes = sources, worlds, processes

    def judge(self, mutants: Sequence[Mutant], hear: Callable[[Result], None]) -> None:
        """Each once; first those that are made at import, while nothing is imported."""
        at_import = [mutant for mutant in mutants if not mutant.function]
        inside = [mutant for mutant in mutants if mutant.function]
        for mutant, told in told_by_forks(at_import, self._afresh, self._processes):
            hear(result_of(mutant, told))
        if inside and pytest.main([*PYTEST, *TESTS], plugins=[_Session(self, inside, hear)]):
            raise RuntimeError("the unit tests could not be collected")

    def judge_in(self, session: pytest.Session, mutants: Sequence[Mutant], hear: Callable[[Result], None]) -> None:
        """With everything imported and the tests collected."""
        from tests.mutation.oracles import Baseline, fails

        items = {item.nodeid: item for item in session.items}
        for item in session.items:  # what is imported and cached at first use need not be in every fork
            fails(item)
        baseline = Baseline(self._sources)
        baseline.learn_tests(session.items)
        if self._worlds:
            baseline.learn_scenarios(self._processes)

        def work(mutant: Mutant, tell: Tell) -> None:
            replace_function(self._sources[mutant.module], mutant)
            for name in baseline.tests_of(mutant):
                give_up_after(TEST_SECONDS)
                _tell(tell, stage=UNIT, by=name)
                if fails(items[name]):
                    return
            self._simulate(mutant, baseline, tell)

        gc.freeze()  # else each fork copies what its collector looks at
        for mutant, told in told_by_forks(mutants, work, self._processes):
            result = result_of(mutant, told)
            if result.verdict == UNIT:
                baseline.learn_killer(mutant, result.by)
            hear(result)

    def _afresh(self, mutant: Mutant, tell: Tell) -> None:
        replace_module(self._sources[mutant.module], mutant)
        give_up_after(IMPORT_SECONDS)
        _tell(tell, stage=UNIT, by="some unit test")
        if pytest.main([*PYTEST, *TESTS]) == pytest.ExitCode.OK:
            self._simulate(mutant, None, tell)

    def _simulate(self, mutant: Mutant, baseline: Baseline | None, tell: Tell) -> None:
        from tests.mutation.oracles import broken_in, scenarios, worlds

        names = scenarios() if baseline is None else baseline.scenarios_of(mutant)
        for world in worlds(names, self._worlds):
            give_up_after(WORLD_SECONDS)
            place = f"{world.scenario}, seed {world.seed}"
            _tell(tell, stage=SIMULATION, by=place)
            broken = broken_in(world)
            if broken:
                _tell(tell, stage=SIMULATION, by=f"{place}: {broken}")
                return
        _tell(tell, stage=SURVIVED, by="")


class _Session:
    """In the place of running the tests that were collected."""

    def __init__(self, judge: Judge, mutants: Sequence[Mutant], hear: Callable[[Result], None]) -> None:
        self._judge, self._mutants, self._hear = judge, mutants, hear

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._judge.judge_in(session, self._mutants, self._hear)
        return True


def _tell(tell: Tell, **what: str) -> None:
    tell(json.dumps(what))
