"""A failing simulation is told by a smaller one that fails in the same way."""

from __future__ import annotations

import pytest

from fsm_bootstrap.simulation.campaign import Play, World
from fsm_bootstrap.simulation.faults import KINDS, STORM
from fsm_bootstrap.simulation.shrinking import Case, breaking, shrunk
from fsm_domain.runtime.aftermath import Aftermath
from tests.simulation.bugs import emit_never, instead


def test_only_what_the_failure_needs_is_left() -> None:
    def breaks(world: World, play: Play) -> bool:
        return world.machines >= 2 and world.seed >= 3 and "crash" not in play.without

    smaller = shrunk(Case(World("queue", 0, 3), Play()), "I4", breaks)
    assert smaller.world == World("queue", 3, 2)
    assert set(STORM.kinds()) - set(smaller.play.without) == {"crash"}


def test_a_planted_bug_is_shown_by_one_machine_and_few_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(Aftermath, "overtaken", emit_never)(monkeypatch)
    breaks, play = breaking("I4"), Play()
    world = next(w for w in (World("queue", seed, 3) for seed in range(50)) if breaks(w, play))
    smaller = shrunk(Case(world, play), "I4")
    assert breaks(smaller.world, smaller.play)
    assert smaller.world.machines == 1
    assert len(STORM.less(smaller.play.without).kinds()) <= 2


def test_every_kind_of_fault_can_be_left_out() -> None:
    assert STORM.less(KINDS).kinds() == []
