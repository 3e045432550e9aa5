"""Messages take the first road that accepts; what has to wait takes the roads that hold."""

from __future__ import annotations

import pytest

from fsm_adapters.memory import MemoryMetrics
from fsm_adapters.system.clock import VirtualClock
from fsm_bootstrap.wire import encode
from fsm_domain.failover.post import Parcel, Post, Road
from fsm_ports.errors import PortUnavailable
from fsm_ports.instance import Instance
from fsm_ports.messages import Outgoing, Unreadable
from tests.unit.fsm_domain.failover.roads import RecordedRoad, instance

DOWN = PortUnavailable("refused")


def test_a_message_without_delay_prefers_the_buses_in_order() -> None:
    first, second, retry = RecordedRoad(error=DOWN), RecordedRoad(), RecordedRoad(900.0)
    assert Post(VirtualClock(), [first, second], [retry]).send([Parcel(Outgoing(instance()))]) == [None]
    assert (len(second.carried), len(retry.carried)) == (1, 0)


def test_the_retry_scheduler_carries_what_no_bus_takes() -> None:
    first, second, retry = RecordedRoad(error=DOWN), RecordedRoad(error=DOWN), RecordedRoad(900.0)
    assert Post(VirtualClock(), [first, second], [retry]).send([Parcel(Outgoing(instance()))]) == [None]
    assert len(retry.carried) == 1


def test_a_retry_prefers_a_scheduler_that_holds_and_takes_any_road_before_it_is_given_up() -> None:
    bus, at_once, holding = RecordedRoad(), RecordedRoad(0.0), RecordedRoad(900.0)
    post = Post(VirtualClock(), [bus], [at_once, holding])
    parcel = Parcel(Outgoing(instance(), 10.0), Road.LATER)
    post.send([parcel])
    assert (len(bus.carried), len(at_once.carried), len(holding.carried)) == (0, 0, 1)
    holding.error = at_once.error = DOWN
    assert post.send([parcel]) == [None]
    assert len(bus.carried) == 1


def test_what_must_be_held_never_comes_back_at_once() -> None:
    bus, holding = RecordedRoad(), RecordedRoad(900.0, error=DOWN)
    assert Post(VirtualClock(), [bus], [holding]).send([Parcel(Outgoing(instance(), 10.0), Road.HOLD)]) == [DOWN]
    no_holder = Post(VirtualClock(), [bus], [])
    (sent,) = no_holder.send([Parcel(Outgoing(instance(), 10.0), Road.HOLD)])
    assert isinstance(sent, PortUnavailable)
    assert bus.carried == []


def test_one_call_a_road_for_a_whole_batch_and_results_in_order() -> None:
    bus, holding = RecordedRoad(), RecordedRoad(900.0, error=DOWN)
    post = Post(VirtualClock(), [bus], [holding])
    now, hold = Parcel(Outgoing(instance())), Parcel(Outgoing(instance(), 5.0), Road.HOLD)
    assert post.send([now, hold, now]) == [None, DOWN, None]
    assert (bus.calls, len(bus.carried)) == (1, 2)


@pytest.mark.parametrize("letter", ["a", "\N{SNOWMAN}"])
def test_a_message_that_the_smallest_road_cannot_take_travels_thin(letter: str) -> None:
    bus, small = RecordedRoad(), RecordedRoad(900.0, max_bytes=20_000)
    post = Post(VirtualClock(), [bus], [small])
    fits, too_large = letter * (12_000 // len(letter.encode())), letter * (30_000 // len(letter.encode()))
    post.send([Parcel(Outgoing(instance(fits))), Parcel(Outgoing(instance(too_large)))])
    carried = [outgoing.message for outgoing in bus.carried]
    assert [message.context for message in carried if isinstance(message, Instance)] == [fits, None]


def test_what_came_with_an_event_counts_as_it_is_written_on_the_wire() -> None:
    """Where it stands in a text of JSON, in ASCII: six bytes for a letter that has two."""
    bus = RecordedRoad(max_bytes=20_000)
    message = instance("x" * 8_000)._replace(data='"' + "я" * 2_000 + '"')
    Post(VirtualClock(), [bus], []).send([Parcel(Outgoing(message))])
    (carried,) = bus.carried
    assert len(encode(carried.message)) <= bus.max_bytes


def test_dead_letters_go_to_the_first_source_that_accepts_and_only_there() -> None:
    bus, first, second = RecordedRoad(), RecordedRoad(error=DOWN), RecordedRoad()
    post = Post(VirtualClock(), [bus], [], [first, second])
    assert post.bury([Outgoing(Unreadable("{", "broken JSON"))]) == [None]
    assert (len(bus.carried), len(second.carried)) == (0, 1)


def test_without_a_dead_letter_source_nothing_is_buried() -> None:
    (sent,) = Post(VirtualClock(), [RecordedRoad()]).bury([Outgoing(instance())])
    assert isinstance(sent, PortUnavailable)


def test_a_post_without_roads_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Post(VirtualClock(), [])


def test_primary_and_secondary_may_be_one_road() -> None:
    road = RecordedRoad(900.0, error=DOWN)
    Post(VirtualClock(), [road, road], [road]).send([Parcel(Outgoing(instance()))])
    assert road.calls == 1


def test_each_message_that_another_road_than_the_first_took_is_counted() -> None:
    first, second, retry, metrics = RecordedRoad(error=DOWN), RecordedRoad(), RecordedRoad(900.0), MemoryMetrics()
    post = Post(VirtualClock(), [first, second], [retry], [first, second], metrics)
    now, later = Parcel(Outgoing(instance())), Parcel(Outgoing(instance(), 10.0), Road.LATER)
    assert post.send([now, now, later]) == [None, None, None]
    assert metrics.counted("failover", "m", "s") == 2
    assert post.bury([Outgoing(Unreadable("?", "no JSON"))]) == [None]
    assert metrics.counted("failover", "") == 1
    retry.error = second.error = DOWN
    assert post.send([now, later]) == [DOWN, DOWN]
    assert metrics.counted("failover") == 3


def test_it_says_what_it_can_do() -> None:
    clock, bus = VirtualClock(), RecordedRoad()
    for retry, holds in [(RecordedRoad(0.0), False), (RecordedRoad(0.5), True)]:
        assert Post(clock, [bus], [retry]).holds is holds
    assert Post(clock, [bus]).keeps_dead_letters is False
    assert Post(clock, [bus], [], [RecordedRoad()]).keeps_dead_letters is True


def test_a_timer_that_another_road_takes_is_counted_without_an_event() -> None:
    metrics = MemoryMetrics()
    post = Post(VirtualClock(), [], [RecordedRoad(9.0, error=DOWN), RecordedRoad(9.0)], metrics=metrics)
    post.send([Parcel(Outgoing(instance()._replace(event=None), 5.0), Road.LATER)])
    ((_, machine, state, event, _),) = metrics.figures
    assert (machine, state, event) == ("m", "s", "")


@pytest.mark.parametrize("message", [instance(None), Unreadable("{" * 9000, "no JSON")])
def test_what_has_no_context_travels_as_it_is(message: Instance | Unreadable) -> None:
    road = RecordedRoad(max_bytes=5000)
    assert Post(VirtualClock(), [road]).send([Parcel(Outgoing(message))]) == [None]
    assert [outgoing.message for outgoing in road.carried] == [message]


def test_a_message_without_data_may_be_as_large_as_its_road_without_the_envelope() -> None:
    road = RecordedRoad(max_bytes=4096 + 1000)
    Post(VirtualClock(), [road]).send([Parcel(Outgoing(instance("x" * 1000)))])
    assert road.carried[0].message == instance("x" * 1000)


def test_a_road_with_nothing_to_carry_is_not_called() -> None:
    bus, retry = RecordedRoad(), RecordedRoad(9.0)
    post = Post(VirtualClock(), [bus], [retry])
    assert post.send([]) == []
    post.send([Parcel(Outgoing(instance()), Road.HOLD)])
    assert (bus.calls, retry.calls) == (0, 1)
