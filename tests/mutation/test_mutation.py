"""The mutator itself; the whole run is ``python -m tests.mutation``."""

from __future__ import annotations

import sys

from fsm_adapters.system.clock import VirtualClock
from fsm_domain.failover.breaker import Breaker
from fsm_ports.errors import PortUnavailable
from tests.mutation.__main__ import sources
from tests.mutation.forks import Tell, told_by_forks
from tests.mutation.operators import Mutant, mutants_of
from tests.mutation.planting import probe, replace_function
from tests.mutation.results import SURVIVED, UNIT, result_of
from tests.mutation.survivors import JUSTIFIED

BREAKER = "fsm_domain.failover.breaker"

SOURCE = '''
"""A module."""
LIMIT: int = 3

def f(x: int, names: list[str]) -> str:
    """A function."""
    if x > LIMIT and not names:
        raise ValueError(f"not {x + 1}")
    return g(x, end="")
'''


def changes(source: str) -> set[str]:
    return {mutant.name.partition(": ")[2] for mutant in mutants_of(source, "m")}


def test_every_small_change_of_a_function_is_a_mutant() -> None:
    assert changes(SOURCE) == {
        "3 -> 4", "x > LIMIT and (not names) -> x > LIMIT or not names", "x > LIMIT and (not names) -> not names",
        "x > LIMIT and (not names) -> x > LIMIT", "x > LIMIT -> x >= LIMIT", "x > LIMIT -> x <= LIMIT",
        "not names -> names", "if x > LIMIT and (not names) -> if not (x > LIMIT and (not names))",
        "raise ValueError(f'not {x + 1}') -> pass", "x + 1 -> x - 1", "1 -> 2",
        "return g(x, end='') -> return None", "x -> None", "g(..., end='') -> no end", "'' -> 'XXXX'",
    }  # fmt: skip


def test_two_changes_that_read_alike_have_two_names() -> None:
    names = [mutant.name for module, source in sources().items() for mutant in mutants_of(source, module)]
    assert len(set(names)) == len(names)


def test_a_reason_to_survive_is_that_of_one_change_of_a_function_that_there_is() -> None:
    """Whether there still is that very change the command tells."""
    functions = {
        mutant.name.partition(": ")[0] for module, source in sources().items() for mutant in mutants_of(source, module)
    }
    listed = [name for reason in JUSTIFIED.values() for name in reason]
    assert {name.partition(": ")[0] for name in listed} <= functions
    assert len(set(listed)) == len(listed)


def opens_after() -> int:
    """Failures in a row after which a breaker is open."""
    breaker = Breaker(VirtualClock(), threshold=2)
    for n in range(5):
        if breaker.is_open:
            return n
        breaker.record([PortUnavailable("refused")])
    return 5


def test_a_change_is_made_in_a_fork_alone_and_its_verdict_is_the_last_thing_that_it_told() -> None:
    source = sources()[BREAKER]
    name = "failover.breaker:Breaker.is_open: self._failures >= self._threshold -> self._failures > self._threshold"
    (mutant,) = [mutant for mutant in mutants_of(source, BREAKER) if mutant.name == name]

    def work(mutant: Mutant, tell: Tell) -> None:
        replace_function(source, mutant)
        tell(f'{{"stage": "{UNIT}", "by": "opens after {opens_after()}"}}')
        raise KeyError(mutant.line)

    ((_, told),) = told_by_forks([mutant], work, 1)
    result = result_of(mutant, told)
    assert (result.verdict, told[0]) == (UNIT, '{"stage": "unit", "by": "opens after 3"}')
    assert "KeyError" in result.by
    assert opens_after() == 2
    assert result_of(mutant, [*told, '{"stage": "survived"}']).verdict == SURVIVED


def test_what_is_reached_is_learnt_statement_by_statement() -> None:
    def work(_: None, tell: Tell) -> None:
        met: set[str] = set()
        probe({BREAKER: sources()[BREAKER]}, met)
        opens_after()
        tell(" ".join(sorted(met)))

    ((_, (told,)),) = told_by_forks([None], work, 1)
    lines = {int(place.rpartition(":")[2]) for place in told.split()}
    text = sources()[BREAKER].splitlines()
    assert "self._failures += 1" in {text[line - 1].strip() for line in lines}
    assert "raise ValueError(" not in {text[line - 1].strip() for line in lines}
    assert not hasattr(sys.modules[BREAKER], "__probe__")
