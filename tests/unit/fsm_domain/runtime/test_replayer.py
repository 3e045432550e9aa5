"""Replaying runs an earlier part of a machine's life again, under another name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_domain import FinalState, Machine, State, Step
from fsm_domain.runtime.errors import Conflict, FsmError, NotFound
from fsm_domain.runtime.replayer import Replayer
from fsm_ports.errors import PortError, PortUnavailable
from fsm_ports.history_log import HistoryEntry
from fsm_ports.instance import Status
from fsm_ports.results import CommitResult, Refused
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.runtime.test_operator import approval, waiting
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


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


def test_without_a_name_the_new_instance_gets_one() -> None:
    record = Replayer((world := finished()).runtime).replay("a", 1)
    assert record.correlation_id not in ("", "a")
    assert world.read(record.correlation_id) == record


def test_a_wait_that_is_replayed_waits_from_now_and_one_without_deadline_for_ever() -> None:
    world = waiting()
    world.clock.advance(500.0)
    record = Replayer(world.runtime).replay("a", 2, new_id="b")
    assert record.deadline == world.clock.now() + timedelta(days=3).total_seconds()
    state, final = State[str, Context], FinalState[str, Context]
    patient = Machine[str, Context]("m", dict, initial="wait", states=[state("wait").on("go", "end"), final("end")])
    other = World(patient)
    other.client.start("m", {}, correlation_id="a")
    other.run(5.0)
    assert Replayer(other.runtime).replay("a", 1, new_id="b").deadline == 0.0


@pytest.mark.parametrize("broken", ["down", "without contexts"])
def test_a_history_that_does_not_tell_is_told_of(broken: str) -> None:
    class Tells(MemoryHistoryLog):
        def read(
            self, correlation_id: str, after_step: int = -1, limit: int = 1000
        ) -> Sequence[HistoryEntry] | PortError:
            if broken == "down":
                return PortUnavailable("down")
            found = super().read(correlation_id, after_step, limit)
            return found if isinstance(found, PortError) else [entry._replace(context=None) for entry in found]

    world = World(line(says("next"), says("next"))).with_runtime(history=Tells())
    world.client.start("line", {}, correlation_id="a")
    world.run(5.0)
    with pytest.raises(PortUnavailable if broken == "down" else NotFound):
        Replayer(world.runtime).replay("a", 1)


def test_a_repeated_replay_is_another_one_once_the_machine_has_moved() -> None:
    world = finished()
    Replayer(world.runtime).replay("a", 1, new_id="b")
    world.work()
    with pytest.raises(Conflict, match="cannot replay as 'b'"):
        Replayer(world.runtime).replay("a", 1, new_id="b")


def test_a_step_is_found_behind_what_else_happened_at_it() -> None:
    failures = [ValueError("once")]

    def moody(context: Context, step: Step) -> str:
        if failures:
            raise failures.pop()
        return "next"

    world = World(line(says("next"), moody))
    world.client.start("line", {}, correlation_id="a")
    world.run(60.0)
    assert Replayer(world.runtime).replay("a", 1, new_id="b").state == "s0"


def test_the_history_is_asked_for_that_step_alone() -> None:
    asked: list[tuple[str, int, int]] = []

    class Asked(MemoryHistoryLog):
        def read(
            self, correlation_id: str, after_step: int = -1, limit: int = 1000
        ) -> Sequence[HistoryEntry] | PortError:
            asked.append((correlation_id, after_step, limit))
            found = super().read(correlation_id, after_step, limit)
            return found if isinstance(found, PortError) else [entry for entry in found if entry.step != 1]

    world = World(line(says("next"), says("next"))).with_runtime(history=Asked())
    world.client.start("line", {}, correlation_id="a")
    world.run(5.0)
    with pytest.raises(NotFound, match="no step 1"):
        Replayer(world.runtime).replay("a", 1)
    assert asked == [("a", 0, 100)]


def test_what_ran_is_replayed_without_the_deadline_of_its_state_and_a_state_that_is_no_more_has_none() -> None:
    world = waiting()
    world.operator.send("a", "yes")
    world.run(5.0)
    running = Replayer(world.runtime).replay("a", 3, new_id="b")
    assert (running.status, running.state, running.deadline) == (Status.RUNNING, "wait", 0.0)
    world.with_runtime(machines={"approval": line(says("next"), name="approval")})
    assert Replayer(world.runtime).replay("a", 2, new_id="c").deadline == 0.0


def test_a_new_instance_that_is_deleted_at_once_conflicts() -> None:
    class Refuses(MemoryCheckpointStore):
        def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
            if commits[0].instance.correlation_id == "b":
                return [Refused(None)]
            return super().commit(commits)

    world = World(line(says("next"))).with_runtime(store=Refuses())
    world.client.start("line", {}, correlation_id="a")
    with pytest.raises(Conflict, match="cannot replay as 'b'"):
        Replayer(world.runtime).replay("a", 0, new_id="b")
