"""Seeds under which chance once lost a machine.  What went wrong there has tests of its own, move by move: a seed says
the same only as long as nothing else calls the ports in another order."""

from __future__ import annotations

import pytest

from fsm_bootstrap.simulation.campaign import Play, World, observe


@pytest.mark.parametrize(
    ("scenario", "seed", "machines"),
    [
        ("operators", 196, 4),
        ("operators", 668, 4),
        ("queue-lagging", 15, 4),
        ("queue-lagging", 23, 4),
        ("queue-lagging", 2256, 3),
        ("queue-lagging", 2404, 3),
        ("rolling", 2093, 4),
    ],
)
def test_nothing_is_lost_any_more(scenario: str, seed: int, machines: int) -> None:
    seen = observe(World(scenario, seed, machines), Play())
    assert not seen.broken
    assert seen.verdict.is_sound
