"""Replaying runs an earlier part of a machine's life again, under another name."""

from __future__ import annotations

import pytest

from fsm_domain.runtime.errors import Conflict, FsmError, NotFound
from fsm_domain.runtime.replayer import Replayer
from fsm_ports.instance import Status
from tests.unit.fsm_domain.runtime.test_operator import approval, waiting
from tests.unit.fsm_domain.runtime.world import World, line, says


def finished() -> World:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED
    return world


def test_the_new_instance_begins_where_the_old_one_was_and_the_old_one_stays() -> None:
    world = finished()
    before = world.read("a")
    record = Replayer(world.runtime).replay("a", 1, new_id="b")
    assert (record.step, record.state, record.event, record.context) == (0, "s0", "next", '{"trail":[0]}')
    world.run(5.0)
    assert (world.read("b").status, world.read("b").state) == (Status.COMPLETED, "end")
    assert world.read("a") == before
    assert world.told("b")[0].note == "replays step 1 of a"


def test_a_wait_is_waited_for_again() -> None:
    world = waiting()
    world.operator.abort("a")
    record = Replayer(world.runtime).replay("a", 2, new_id="b")
    assert record.status is Status.WAITING
    assert record.deadline > world.clock.now()
    world.operator.send("b", "yes", '"ada"')
    world.run(5.0)
    assert world.read("b").state == "granted"


def test_a_repeated_replay_is_one_and_another_under_the_same_id_conflicts() -> None:
    world = finished()
    first = Replayer(world.runtime).replay("a", 1, new_id="b")
    assert Replayer(world.runtime).replay("a", 1, new_id="b").run_id == first.run_id
    with pytest.raises(Conflict, match="another instance of this id"):
        Replayer(world.runtime).replay("a", 0, new_id="b")


def test_what_was_at_rest_for_good_cannot_be_replayed() -> None:
    with pytest.raises(Conflict, match="it was completed then; name an earlier step"):
        Replayer(finished().runtime).replay("a", 3)


def test_a_step_that_never_was_is_not_found() -> None:
    with pytest.raises(NotFound, match="no step 9"):
        Replayer(finished().runtime).replay("a", 9)


def test_without_a_history_nothing_can_be_replayed() -> None:
    with pytest.raises(FsmError, match="no history is kept"):
        Replayer(World(approval()).with_runtime(history=None).runtime)._entry("a", 0)
