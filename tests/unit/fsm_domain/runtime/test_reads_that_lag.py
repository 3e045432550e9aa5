"""A read that shows what was true a moment ago, as from a replica, or because somebody was faster, loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain import RetryPolicy
from fsm_domain.runtime.errors import Conflict
from fsm_ports.errors import OutcomeUnknown, PortError
from fsm_ports.instance import InboxEvent, Instance, Status, as_message
from fsm_ports.messages import ACK, Outgoing
from fsm_ports.results import CommitResult
from fsm_ports.writes import AppendEvent, Mark
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


class LaggingStore(MemoryCheckpointStore):
    """Reads show what was kept back, for as long as anything is."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Instance | None] = []

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return self.shown or super().read(correlation_ids, homes)

    def keep_back(self, correlation_id: str) -> None:
        (record,) = self.read([correlation_id])
        assert not isinstance(record, PortError)
        self.shown = [record]


def lagging(world: World) -> tuple[World, LaggingStore]:
    store = LaggingStore()
    return world.with_runtime(store=store), store


def unsent(world: World) -> None:
    """Whatever was sent is lost, as if its sender had died before."""
    for delivery in world.receive():
        world.queue.settle([delivery], [ACK])


def test_a_repeated_event_is_sent_on_although_the_read_does_not_show_its_commit() -> None:
    world, store = lagging(World(approval()))
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    store.keep_back("a")
    assert world.operator.send("a", "yes", event_id="e") == "taken"
    unsent(world)
    assert world.operator.send("a", "yes", event_id="e") == "taken"
    store.shown = []
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_repeated_event_is_sent_on_although_its_append_looks_like_one_whose_answer_was_lost() -> None:
    """The record that refuses the append has seen the event: by the first sender's commit, and not in its inbox."""

    class LosingStore(LaggingStore):
        """The first answer to each mark is lost."""

        def __init__(self) -> None:
            super().__init__()
            self.asked: set[Mark] = set()

        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            results, is_new = super().mark(marks), not self.asked.issuperset(marks)
            self.asked.update(marks)
            return [OutcomeUnknown("time-out", "store")] if is_new else results

    store = LosingStore()
    world = World(approval()).with_runtime(store=store)
    world.client.start("approval", {}, correlation_id="a")
    (started,) = store.read(["a"])
    assert isinstance(started, Instance)
    world.run(5.0)
    assert world.operator.send("a", "yes", event_id="e") == "taken"
    unsent(world)
    store.shown = [started]
    assert world.operator.send("a", "yes", event_id="e") == "taken"
    store.shown = []
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_repeated_redrive_is_sent_on_although_the_read_still_shows_the_failure() -> None:
    def broken(context: Context, step: object) -> str:
        raise ValueError

    world, store = lagging(World(line(broken, retry=RetryPolicy(max_retries=0))))
    world.client.start("line", {}, correlation_id="a")
    world.run(5.0)
    store.keep_back("a")
    world.operator.redrive("a")
    unsent(world)
    world.operator.redrive("a")
    assert [delivery.message for delivery in world.receive()]


def test_a_repeated_resume_is_sent_on_although_the_read_still_shows_the_pause() -> None:
    world, store = lagging(World(line(says("next"))))
    world.client.start("line", {}, correlation_id="a")
    world.operator.pause("a")
    world.work()
    store.keep_back("a")
    world.operator.resume("a")
    unsent(world)
    world.operator.resume("a")
    store.shown = []
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_pause_that_is_still_there_after_all_conflicts_with_a_resume_that_was_refused() -> None:
    world, store = lagging(World(line(says("next"))))
    world.client.start("line", {}, correlation_id="a")
    world.operator.pause("a")
    store.keep_back("a")
    world.operator.abort("a")
    with pytest.raises(Conflict, match="aborted"):
        world.operator.resume("a")


def nothing(record: Instance) -> Instance | None:
    return None


def an_old_one(record: Instance) -> Instance | None:
    return record._replace(step=0)


@pytest.mark.parametrize("behind", [nothing, an_old_one])
def test_a_message_ahead_of_what_is_read_is_not_quarantined_but_run(
    behind: Callable[[Instance], Instance | None],
) -> None:
    world, store = lagging(World(line(says("next"), says("next"))))
    world.client.start("line", {}, correlation_id="a")
    world.work()
    world.clock.advance(3600.0)
    record = world.read("a")
    store.shown = [behind(record)]
    unsent(world)
    world.queue.send([Outgoing(record._replace(context=None))])
    world.work()
    store.shown = []
    assert world.read("a").step == 2
    assert not world.dead.receive(1, world.clock.now() + 1)


def test_an_event_in_the_inbox_is_taken_although_the_read_shows_none() -> None:
    world, store = lagging(World(approval()))
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    record = world.read("a")._replace(deadline=0.0)
    store.shown = [record]
    store.mark([AppendEvent("a", record.step, InboxEvent("e", "yes"), world.clock.now())])
    unsent(world)
    world.queue.send([Outgoing(as_message(record)._replace(not_before=world.clock.now()))])
    world.work()
    store.shown = []
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED


def test_a_message_that_comes_a_day_late_runs_nothing() -> None:
    runs: list[int] = []

    def act(context: Context, step: object) -> str:
        runs.append(1)
        return "next"

    world = World(line(act, act))
    world.client.start("line", {}, correlation_id="a")
    (first,) = world.receive()
    world.queue.settle([first], world.dispatcher.handle([first], world.clock.now() + world.claim))
    world.run(5.0)
    world.clock.advance(25 * 3600.0)
    world.queue.send([Outgoing(first.message)])
    assert world.work() == [ACK]
    assert len(runs) == 2
