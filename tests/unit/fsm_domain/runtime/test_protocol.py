"""Duplicates, stale copies, lost answers and locks: whoever holds the position owes the emission."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain.failover.post import Post
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.instance import Instance, Status, as_message
from fsm_ports.messages import ACK, NACK, Defer, Delivery, Outgoing
from fsm_ports.results import CommitResult
from fsm_ports.retry_scheduler import RetryScheduler
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import World, line, says


class LosesAnswers(MemoryCheckpointStore):
    """Commits, and does not say so, the next `lost` times."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        results = super().commit(commits)
        if self.lost:
            self.lost -= 1
            return [OutcomeUnknown("time-out")] * len(commits)
        return results


def handled(world: World, delivery: object, again: bool = True) -> object:
    return world.dispatcher.handle([delivery], world.clock.now() + 30.0)[0]  # type: ignore[list-item]  # a delivery


def test_a_worker_that_died_after_its_commit_is_followed_by_one_that_only_emits() -> None:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    road = RecordedRoad(error=PortUnavailable("down"))
    post, world = world.runtime.post, world.with_runtime(post=Post(world.clock, [road]))
    assert list(world.work()) == [NACK]
    assert world.read("a").step == 1
    world.with_runtime(post=post)
    world.run()
    record = world.read("a")
    assert (record.status, record.context) == (Status.COMPLETED, '{"trail":[0,1]}')


def test_a_stale_copy_is_acknowledged_and_sends_nothing() -> None:
    world = World(line(says("next"), says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    copy = delivery._replace(position="another")
    assert handled(world, delivery) is ACK
    road = RecordedRoad()
    world.with_runtime(post=Post(world.clock, [road]))
    assert handled(world, copy) is ACK
    assert road.carried == []
    assert world.metrics.counted("duplicate") == 1


def test_a_second_delivery_of_the_same_message_emits_again() -> None:
    world = World(line(says("next"), says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    assert handled(world, delivery) is ACK
    road = RecordedRoad()
    world.with_runtime(post=Post(world.clock, [road]))
    assert handled(world, delivery._replace(maybe_died=True, received=2)) is ACK
    assert [outgoing.message.step for outgoing in road.carried] == [1]  # type: ignore[union-attr]  # an Instance


def test_a_commit_whose_answer_was_lost_is_asked_for_again_and_emitted_once() -> None:
    store = LosesAnswers()
    world = World(line(says("next"))).with_runtime(store=store)
    world.client.start("line", {}, correlation_id="a")
    store.lost = 1
    assert list(world.work()) == [ACK]
    world.run()
    assert world.read("a").status is Status.COMPLETED


def test_a_commit_that_stays_unknown_emits_nothing_and_fails_the_delivery() -> None:
    store = LosesAnswers()
    world = World(line(says("next"))).with_runtime(store=store)
    world.client.start("line", {}, correlation_id="a")
    store.lost = 2
    road = RecordedRoad()
    post, world = world.runtime.post, world.with_runtime(post=Post(world.clock, [road]))
    assert list(world.work()) == [NACK]
    assert road.carried == []
    world.with_runtime(post=post)
    world.run()
    assert world.read("a").context == '{"trail":[0]}'


def test_two_copies_in_one_batch_run_once() -> None:
    world = World(line(says("next"), says("next")), lock=True)
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    outcomes = world.dispatcher.handle([delivery, delivery._replace(position="copy")], world.clock.now() + 30.0)
    assert outcomes[0] is ACK
    assert world.read("a").context == '{"trail":[0]}'


def test_busy_defers_in_the_first_deliveries_and_spends_no_retry() -> None:
    world = World(line(says("next")), lock=True)
    world.client.start("line", {}, correlation_id="a")
    assert world.runtime.lock is not None
    until = world.clock.now() + 20.0
    world.runtime.lock.acquire(["a:0"], "somebody", until)
    (delivery,) = world.receive()
    assert handled(world, delivery) == Defer(until)


def test_busy_travels_on_with_its_position_once_deferring_costs_too_many_receives() -> None:
    world = World(line(says("next")), lock=True)
    world.client.start("line", {}, correlation_id="a")
    assert world.runtime.lock is not None
    until = world.clock.now() + 20.0
    world.runtime.lock.acquire(["a:0"], "somebody", until)
    (delivery,) = world.receive()
    road = RecordedRoad(max_delay=900.0)
    roads: list[RetryScheduler] = [road]
    world.with_runtime(post=Post(world.clock, [], roads))
    assert handled(world, delivery._replace(received=4)) is ACK
    (sent,) = road.carried
    assert sent.not_before == until
    assert (sent.message.position, sent.message.retries) == (delivery.position, 0)  # type: ignore[union-attr]


def test_busy_that_no_road_can_hold_is_reported_as_failed() -> None:
    world = World(line(says("next")), lock=True)
    world.client.start("line", {}, correlation_id="a")
    assert world.runtime.lock is not None
    world.runtime.lock.acquire(["a:0"], "somebody", world.clock.now() + 20.0)
    (delivery,) = world.receive()
    world.with_runtime(post=Post(world.clock, [RecordedRoad()]))
    assert handled(world, delivery._replace(can_defer=False)) is NACK


def test_a_committed_run_keeps_its_lease_and_a_failed_one_frees_it() -> None:
    world = World(line(says("next"), says("nonsense")), lock=True)
    world.client.start("line", {}, correlation_id="a")
    world.work()
    lock = world.runtime.lock
    assert lock is not None
    now = world.clock.now()
    held = lock.acquire(["a:0", "a:1"], "somebody", now + 5.0)
    assert type(held[0]).__name__ == "Busy"
    lock.release(["a:1"], "somebody")
    world.work()
    freed = lock.acquire(["a:1"], "somebody", now + 5.0)
    assert type(freed[0]).__name__ == "Lease"


def test_a_pause_in_mid_action_keeps_the_finished_run_and_starts_nothing_more() -> None:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    world.operator.pause("a")
    assert handled(world, delivery) is ACK
    record = world.read("a")
    assert (record.step, record.paused) == (1, True)
    assert world.receive() == []
    world.operator.resume("a")
    world.queue.settle([delivery], [ACK])
    world.run()
    assert world.read("a").status is Status.COMPLETED


def test_an_aborted_machine_does_not_commit_the_run_in_hand() -> None:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    world.operator.abort("a", "changed my mind")
    assert handled(world, delivery) is ACK
    record = world.read("a")
    assert (record.status, record.step, record.error) == (Status.ABORTED, 0, "changed my mind")


def test_a_thin_message_commits_what_a_whole_one_commits() -> None:
    world = World(line(says("next"), says("next")))
    world.client.start("line", {"n": 1}, correlation_id="a")
    (delivery,) = world.receive()
    world.queue.settle([delivery], [ACK])
    assert isinstance(delivery.message, Instance)
    world.queue.send([Outgoing(delivery.message._replace(context=None))])
    world.run()
    assert world.read("a").context == '{"n":1,"trail":[0,1]}'


def test_a_message_that_is_ahead_of_its_record_is_quarantined_with_the_step_of_both() -> None:
    world = World(line(says("next"), says("next")))
    record = world.client.start("line", {}, correlation_id="a")
    world.receive()
    world.queue.send([Outgoing(record._replace(step=2, state="s0", event="next"))])
    (outcome,) = world.work()
    assert outcome is ACK
    letters = world.dead.receive(1, world.clock.now() + 1.0)
    assert not isinstance(letters, PortError)
    (letter,) = [letter.message for letter in letters]
    assert isinstance(letter, Instance)
    assert letter.error == "a message of step 2 while the record of 'a' is at step 0"


def test_a_copy_for_a_machine_that_failed_at_its_step_is_no_overtaken_one() -> None:
    world = World(line(says("nonsense")))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    assert handled(world, delivery) is ACK
    assert handled(world, delivery._replace(maybe_died=True)) is ACK
    assert world.metrics.counted("duplicate") == 0


def test_a_timer_that_comes_after_its_wait_is_over_is_counted_by_its_state() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    timer = as_message(world.read("a"))
    world.operator.send("a", "yes")
    world.run(5.0)
    assert handled(world, Delivery(timer, None, "p-9")) is ACK
    (figure,) = [figure for figure in world.metrics.figures if figure.name == "duplicate"]
    assert (figure.machine, figure.state, figure.event) == ("approval", "wait", "")
