"""Acting for another holder of the same message: nothing is committed under the position that both share."""

from __future__ import annotations

from datetime import timedelta

from fsm_domain.failover.post import Post
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import ACK
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import World


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
    (sent,) = road.carried
    assert isinstance(sent.message, Instance)
    assert (sent.message.status, sent.message.step, sent.message.position) == (Status.WAITING, 2, delivery.position)
    assert world.read("a").step == 2
