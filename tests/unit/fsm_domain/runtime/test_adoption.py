"""Taking over what another framework runs, from the messages that it sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain import Step
from fsm_domain.failover.post import Post
from fsm_domain.runtime.limits import Limits
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.history_log import Happened
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import ACK, NACK, Delivery, Outgoing
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.world import Context, World, line, says

ADOPT = Limits(adopt=True)
FOREIGN = Instance("line", "a", "", 1, Status.RUNNING, False, "s0", "next", '{"trail":[0]}', started_at=5.0)
"""As the original emits it after s0 said `next`: no run, no definition."""


def adopting() -> World:
    return World(line(says("next"), says("next"), says("next")), limits=ADOPT)


def deliver(world: World, message: Instance, position: str = "p-1") -> list[object]:
    delivery = Delivery(message, None, position)
    return list(world.dispatcher.handle([delivery], world.clock.now() + 30.0))


def letters(world: World) -> list[Instance]:
    """What lies with the dead letters."""
    found = world.dead.receive(10, world.clock.now() + 30.0)
    assert not isinstance(found, PortError)
    return [letter.message for letter in found if isinstance(letter.message, Instance)]


def test_a_message_in_flight_makes_its_record_and_the_machine_goes_on_to_its_end() -> None:
    world = adopting()
    world.queue.send([Outgoing(FOREIGN)])
    world.run(10)
    record = world.read("a")
    assert (record.status, record.step, record.context) == (Status.COMPLETED, 4, '{"trail":[0,1,2]}')
    assert record.started_at == FOREIGN.started_at
    assert [entry.happened for entry in world.told("a")] == [Happened.ADOPTED, *[Happened.STEP] * 3]


def test_without_the_setting_it_is_quarantined() -> None:
    world = World(line(says("next"), says("next")))
    assert deliver(world, FOREIGN) == [ACK]
    (letter,) = letters(world)
    assert "no record of 'a'" in (letter.error or "")


def test_a_message_of_our_own_is_not_adopted() -> None:
    world = adopting()
    assert deliver(world, FOREIGN._replace(run_id="ours")) == [ACK]
    assert len(letters(world)) == 1


def test_a_copy_of_an_adopted_message_moves_nothing() -> None:
    world = adopting()
    assert deliver(world, FOREIGN) == [ACK]
    assert deliver(world, FOREIGN, "p-2") == [ACK]
    assert world.read("a").step == 2
    assert len(world.receive()) == 1


def test_a_machine_of_ours_that_the_original_moved_on_is_taken_back_where_it_is() -> None:
    world = adopting()
    world.client.start("line", {}, correlation_id="a")
    world.queue.settle((found := world.receive()), [ACK] * len(found))  # as the original does, once it has sent its own
    assert deliver(world, FOREIGN._replace(step=2, state="s1", context='{"trail":[0,1]}')) == [ACK]
    world.run(10)
    record = world.read("a")
    assert (record.status, record.step, record.context) == (Status.COMPLETED, 4, '{"trail":[0,1,2]}')


def test_a_machine_that_was_aborted_here_stays_so() -> None:
    world = adopting()
    world.client.start("line", {}, correlation_id="a")
    world.operator.abort("a", "enough")
    assert deliver(world, FOREIGN) == [ACK]
    assert world.read("a").status is Status.ABORTED


def test_a_machine_that_was_paused_here_stays_so_and_goes_on_from_where_the_original_left_it() -> None:
    world = adopting()
    world.client.start("line", {}, correlation_id="a")
    world.queue.settle((found := world.receive()), [ACK] * len(found))
    world.operator.pause("a", "wait")
    assert deliver(world, FOREIGN) == [ACK]
    assert (world.read("a").step, world.read("a").paused) == (1, True)
    world.operator.resume("a", "go on")
    world.run(10)
    assert world.read("a").status is Status.COMPLETED


class LosesTheFirstAnswer(MemoryCheckpointStore):
    """Of a commit that took effect."""

    lost = False

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        results = super().commit(commits)
        if self.lost:
            return results
        self.lost = True
        return [OutcomeUnknown("no answer") for _ in results]


def test_an_adoption_whose_answer_is_lost_goes_on() -> None:
    world = adopting()
    world.with_runtime(store=LosesTheFirstAnswer())
    assert deliver(world, FOREIGN) == [ACK]
    assert world.read("a").step == 2


def test_an_adopted_step_whose_emission_fails_is_emitted_when_it_comes_again() -> None:
    world = adopting()
    down = RecordedRoad(error=OutcomeUnknown("no answer"))
    post, world.runtime = world.runtime.post, replace(world.runtime, post=Post(world.clock, [down]))
    world.assemble()
    assert deliver(world, FOREIGN) == [NACK]
    world.with_runtime(post=post)
    assert deliver(world, FOREIGN) == [ACK]
    world.run(10)
    assert world.read("a").status is Status.COMPLETED


def test_the_record_is_the_message_signed_and_dated() -> None:
    seen: list[Instance] = []

    def looks(context: Context, step: Step) -> str:
        seen.append(world.read("a"))
        return "next"

    world = World(line(says("next"), looks, says("next")), limits=ADOPT)
    world.clock.advance(5.0)
    assert deliver(world, FOREIGN._replace(updated_at=world.clock.now() - 1.0)) == [ACK]
    (record,) = seen
    assert record == FOREIGN._replace(run_id=record.run_id, position="p-1", updated_at=world.clock.now())
    assert record.run_id


def test_a_thin_message_has_nothing_to_make_a_record_of() -> None:
    world = adopting()
    assert deliver(world, FOREIGN._replace(context=None)) == [ACK]
    assert len(letters(world)) == 1
