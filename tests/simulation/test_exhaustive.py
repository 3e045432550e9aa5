"""Every schedule of two workers over two steps, within bounds that are said; see `exhaustive/`.

FSM_TEST_FULL=1 widens the bounds.  ``python -m tests.simulation.exhaustive`` prints the numbers.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.exhaustive.cases import BY_NAME, CASES, QUICK, Case
from tests.simulation.exhaustive.search import command, replayed, search, simplest
from tests.simulation.mutants import MUTANTS

FULL = bool(os.environ.get("FSM_TEST_FULL"))
MUTANTS_BY_NAME = {mutant.name: mutant for mutant in MUTANTS}


@pytest.mark.timeout(4 * 3600 if FULL else 900)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_schedule_ends_well(case: Case) -> None:
    found = search(case, case.bounds(full=FULL))
    print(f"{case.name}: {found.report}")
    assert not found.broken, simplest(case, case.bounds(full=FULL))
    assert found.schedules > 50
    assert found.pruned > 500


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("case", "bug"),
    [
        ("queue", "re-emit never"),
        ("queue", "acknowledge what was not sent"),
        ("queue", "acknowledge what was not written"),
        ("queue", "no step fence"),
        ("queue", "unknown commit taken as committed"),
        ("queue", "unknown send taken as sent"),
        ("queue", "a second try on a touched context"),
        ("queue-lock", "Busy spends a retry"),
        ("queue-lock", "Busy acknowledged"),
        ("queue-lock", "no lease taken"),
        ("queue-chain", "no stand-in for a chain"),
        ("stream-retry-lock", "position not carried"),
        ("sqlite-chain", "hold ignored"),
    ],
)
def test_a_planted_bug_is_found_and_its_schedule_shows_it(case: str, bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS_BY_NAME[bug].plant(monkeypatch)
    found = search(BY_NAME[case], QUICK._replace(faults=1))
    if not found.broken:
        found = search(BY_NAME[case], QUICK)
    assert found.broken, f"{case}: no schedule shows {bug!r}"
    _, broken = replayed(BY_NAME[case], found.schedule.split())
    assert broken == found.broken
    monkeypatch.undo()
    assert command(BY_NAME[case], found).endswith(found.schedule)


def test_a_schedule_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="choice 2, 'b:raises', is not among a, a:raises"):
        replayed(BY_NAME["queue"], ["a0", "b:raises"])
