"""Acting for another run: one that holds the same message, or one whose message was acknowledged during a pause."""

from __future__ import annotations

from datetime import timedelta

from fsm_domain.failover.post import Post
from fsm_domain.runtime.follow_up import wake
from fsm_ports.errors import PortUnavailable
from fsm_ports.instance import InboxEvent, Instance, Status, as_message, resume_position
from fsm_ports.messages import ACK, Delivery, Outgoing
from fsm_ports.results import Committed
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import World, line, says


def test_a_late_holder_who_finds_a_wait_that_is_over_sends_its_timer_and_wakes_nothing() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.work()
    (delivery,) = world.receive()
    assert list(world.dispatcher.handle([delivery], world.clock.now() + 30.0)) == [ACK]
    assert world.read("a").status is Status.WAITING
    world.clock.advance(timedelta(days=3).total_seconds())
    road = RecordedRoad(max_delay=900.0)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    late = delivery._replace(received=2, maybe_died=True)
    assert list(world.dispatcher.handle([late], world.clock.now() + 30.0)) == [ACK]
    record, now = world.read("a"), world.clock.now()
    timer = as_message(record)._replace(not_before=now, position=delivery.position)
    assert road.carried == [Outgoing(timer, now, delivery.receipt)]
    assert (record.status, record.step) == (Status.WAITING, 2)


def test_the_message_of_a_resume_goes_on_with_what_a_run_from_before_the_pause_has_committed() -> None:
    """The delivery of that run was acknowledged while the machine was paused, so only this message is left."""
    world = World(line(says("next"), says("next")))
    world.client.start("line", {}, correlation_id="a")
    (delivery,) = world.receive()
    world.operator.pause("a")
    again = delivery._replace(received=2, maybe_died=True)
    assert list(world.dispatcher.handle([again], world.clock.now() + 30.0)) == [ACK]
    world.operator.resume("a")
    (resumed,) = world.receive()
    lost = RecordedRoad(error=PortUnavailable("its process ends here"))
    world.with_runtime(post=Post(world.clock, [lost]))
    world.dispatcher.handle([delivery], world.clock.now() + 30.0)
    assert world.read("a").step == 1
    road = RecordedRoad()
    world.with_runtime(post=Post(world.clock, [road]))
    assert list(world.dispatcher.handle([resumed], world.clock.now() + 30.0)) == [ACK]
    (sent,) = road.carried
    assert isinstance(sent.message, Instance)
    assert (sent.message.step, sent.message.position, sent.receipt) == (1, resume_position(0), resumed.receipt)


def test_the_message_of_a_resumed_wait_owes_nothing_of_what_a_sender_has_committed() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    world.operator.pause("a")
    world.operator.resume("a")
    timer = as_message(world.read("a"))
    assert timer.position == resume_position(2)
    world.operator.send("a", "yes")
    road = RecordedRoad(900.0)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    assert list(world.dispatcher.handle([Delivery(timer, None, "p-9")], world.clock.now() + 30.0)) == [ACK]
    assert road.carried == []


def test_the_message_of_a_resumed_wait_goes_on_with_the_event_that_a_run_from_before_the_pause_has_taken() -> None:
    """That run's delivery was acknowledged meanwhile, for the record did not bear its position any more."""
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    before = world.read("a")
    world.operator.pause("a")
    world.operator.resume("a")
    message = as_message(world.read("a"))
    machine = world.runtime.machines["approval"]
    taken = wake(before, machine, InboxEvent("e-1", "yes"), "late run", "p-1", world.clock.now())
    assert isinstance(world.store.commit([taken])[0], Committed)
    road = RecordedRoad(900.0)
    world.with_runtime(post=Post(world.clock, [road], [road]))
    assert list(world.dispatcher.handle([Delivery(message, None, "p-9")], world.clock.now() + 30.0)) == [ACK]
    (sent,) = road.carried
    assert isinstance(sent.message, Instance)
    assert (sent.message.step, sent.message.event, sent.message.position) == (3, "yes", resume_position(2))
