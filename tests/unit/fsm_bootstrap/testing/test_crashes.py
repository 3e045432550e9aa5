"""Deaths of the worker: at each point the next one takes over, and each step is committed once."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal

import pytest

from fsm_bootstrap.testing import Harness, WorkerDied
from fsm_bootstrap.testing.crashes import POINTS, Point
from fsm_domain import FinalState, Machine, State, Step
from tests.unit.fsm_bootstrap.testing.machines import Question, Work, approval, commits, line, ran

CLAIM: Final = 30.0


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_wherever_the_worker_dies_each_step_is_committed_once(point: Point, times: int) -> None:
    with Harness([line()]) as harness:
        start = harness.clock.now()
        name = harness.start("line", Work())
        harness.crash_next(point, times)
        harness.run_until_rest(name)
        harness.advance(hours=1)
        assert harness.still_to_fail == {}
        assert (harness.status(name), harness.states(name)) == ("completed", ["one", "two", "done"])
        assert commits(harness.history(name)) == [0, 1, 2, 3]
        assert harness.context(name).seen == ["one", "two"]
        assert set(ran) == {f"{name}:0", f"{name}:1"}
        if point not in {"before_acknowledge", "after_send"}:  # else the next message is under way already
            assert harness.instance(name).updated_at >= start + CLAIM


@pytest.mark.parametrize(("point", "runs"), [("action", 1), ("before_commit", 2), ("after_commit", 1)])
def test_an_action_runs_again_only_where_its_step_was_not_committed(point: Point, runs: int) -> None:
    with Harness([line()]) as harness:
        name = harness.start("line", Work())
        harness.crash_next(point)
        harness.run_until_rest(name)
        assert Counter(ran) == {f"{name}:0": runs, f"{name}:1": 1}


@pytest.mark.parametrize("point", POINTS)
def test_a_wait_outlives_the_death_of_its_worker(point: Point) -> None:
    with Harness([approval()]) as harness:
        name = harness.start("approval", Question())
        harness.crash_next(point)
        harness.advance(hours=1)
        assert (harness.status(name), harness.state(name)) == ("waiting", "asked")
        harness.crash_next(point)
        harness.advance(days=3, hours=1)
        assert harness.states(name) == ["asked", "reminded", "expired"]
        assert harness.still_to_fail == {}


def test_a_step_that_kills_its_worker_every_time_fails_and_its_neighbour_goes_on() -> None:
    state, final = State[Literal["kill", "end"], Work], FinalState[Literal["kill", "end"], Work]

    def kill(work: Work, step: Step) -> Literal["on"]:
        raise WorkerDied("out of memory")

    killer = Machine[Literal["kill", "end"], Work](
        "killer", Work, initial="kill", states=[state("kill").on("on", "end").do(kill), final("end")]
    )
    with Harness([killer, line()]) as harness:
        poison, sound = harness.start(killer, Work()), harness.start("line", Work())
        harness.run_until_rest()
        assert (harness.status(poison), harness.status(sound)) == ("failed", "completed")
        assert "the process died" in harness.errors(poison)[-1]
