"""What a timer does with a retry source: everything that is due goes back to the bus, and nothing is run."""

from __future__ import annotations

from fsm_adapters.memory import MemoryQueue
from fsm_domain.failover.post import Post
from fsm_domain.runtime.mover import Mover
from fsm_ports import ACK, NACK, Delivery, Instance, PortError, PortUnavailable, Unreadable
from tests.unit.fsm_domain.failover.roads import RecordedRoad, instance
from tests.unit.fsm_domain.runtime.world import World, line, says


def delivery(message: Instance | Unreadable, position: str = "retry:1") -> Delivery:
    return Delivery(message, "receipt", position)


def test_a_message_goes_on_under_the_position_that_it_stands_for() -> None:
    world, road = World(line(says("next"))), RecordedRoad()
    mover = Mover(Post(world.clock, [road]))
    own, of_the_delivery = instance()._replace(position="sqs:1", not_before=5.0), instance()
    assert list(mover.handle([delivery(own), delivery(of_the_delivery)], 30.0)) == [ACK, ACK]
    assert [one.message for one in road.carried] == [own, of_the_delivery._replace(position="retry:1")]
    assert [one.receipt for one in road.carried] == ["receipt", "receipt"]


def test_what_no_road_accepts_stays_where_it_is() -> None:
    world, road = World(line(says("next"))), RecordedRoad(error=PortUnavailable("down"))
    assert list(Mover(Post(world.clock, [road])).handle([delivery(instance())], 30.0)) == [NACK]


def test_what_cannot_be_read_goes_to_the_dead_letters_or_stays() -> None:
    world, road = World(line(says("next"))), RecordedRoad()
    dead = MemoryQueue(world.clock)
    spoilt = delivery(Unreadable("{", "cut off"))
    assert list(Mover(Post(world.clock, [road])).handle([spoilt], 30.0)) == [NACK]
    assert list(Mover(Post(world.clock, [road], dead_letters=[dead])).handle([spoilt], 30.0)) == [ACK]
    buried = dead.receive(10, world.clock.now() + 30.0)
    assert not isinstance(buried, PortError)
    assert len(buried) == 1
    assert road.carried == []


def test_what_can_be_read_is_not_buried() -> None:
    world, road, dead = World(line(says("next"))), RecordedRoad(error=PortUnavailable("down")), RecordedRoad()
    mover = Mover(Post(world.clock, [road], dead_letters=[dead]))
    spoilt = Unreadable("{", "cut off")
    assert list(mover.handle([delivery(instance()), delivery(spoilt), delivery(instance())], 30.0)) == [NACK, ACK, NACK]
    assert [letter.message for letter in dead.carried] == [spoilt]
