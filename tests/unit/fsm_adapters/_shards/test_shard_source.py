"""One reader of a sharded stream."""

from __future__ import annotations

import pytest

from fsm_ports import ACK, NACK, PortRejected, PortUnavailable
from tests.unit.fsm_adapters._shards.fake_stream import CountedPositions, Readers, names


def test_all_shards_are_read_each_in_its_order() -> None:
    readers = Readers("0", "1")
    readers.stream.put("0", *"abc")
    readers.stream.put("1", *"xyz")
    batch = readers.receive(readers.one())
    assert names([d for d in batch if ":0:" in d.position]) == "abc"
    assert names([d for d in batch if ":1:" in d.position]) == "xyz"


def test_position_names_stream_shard_and_sequence_number() -> None:
    readers = Readers("0")
    readers.stream.put("0", "a")
    assert [d.position for d in readers.receive(readers.one())] == ["fake:orders:0:8"]


def test_shards_have_their_turn_one_after_the_other() -> None:
    readers = Readers("0", "1")
    readers.stream.put("0", *"abcd")
    readers.stream.put("1", *"wxyz")
    source = readers.one()
    assert [readers.take(source, 1) for _ in range(4)] == ["a", "w", "b", "x"]


def test_failed_batch_holds_up_its_own_shard_only() -> None:
    readers = Readers("0", "1")
    readers.stream.put("0", "a")
    source = readers.one()
    source.settle(readers.receive(source), [NACK])
    readers.stream.put("1", "x")
    assert readers.take(source) == "x"
    readers.clock.advance(1)
    (again,) = readers.receive(source)
    assert (names([again]), again.maybe_died) == ("a", True)


def test_records_behind_one_that_keeps_failing_are_delivered() -> None:
    readers = Readers("0")
    readers.stream.put("0", "a")
    source = readers.one()
    source.settle(readers.receive(source), [NACK])
    readers.stream.put("0", "b")
    readers.clock.advance(1)
    batch = readers.receive(source)
    assert [(names([d]), d.maybe_died) for d in batch] == [("a", True), ("b", False)]


def test_position_is_written_once_a_settled_batch_and_the_lease_more_rarely() -> None:
    readers = Readers("0")
    readers.stream.put("0", *(["a"] * 100))
    source = readers.one()
    for _ in range(10):
        readers.take(source, 10)
        readers.clock.advance(0.5)
    assert readers.positions.stores == 10
    assert readers.positions.acquired["0"] <= 3


def test_batch_without_an_acknowledgement_writes_nothing() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"ab")
    source = readers.one()
    source.settle(readers.receive(source), [NACK, ACK])
    assert readers.positions.stores == 0


def test_records_that_are_no_messages_are_passed_over() -> None:
    readers = Readers("0")
    readers.stream.put("0", "foreign", "a", "foreign", "foreign", "b", "foreign")
    source = readers.one()
    assert readers.take(source, 2) == "ab"
    readers.clock.advance(50)
    readers.stream.put("0", "c")
    successor = readers.one()
    assert readers.take(successor) == "c"


def test_failing_shard_does_not_keep_back_another() -> None:
    readers = Readers("0", "1")
    readers.stream.put("0", "a")
    readers.stream.put("1", "x")
    readers.stream.down = {"0"}
    source = readers.one()
    assert readers.take(source) == "x"
    assert isinstance(source.receive(10, readers.clock.now() + 30), PortUnavailable)
    readers.stream.down = set()
    assert readers.take(source) == "a"


def test_stream_that_does_not_tell_its_shards_is_an_error_until_it_does() -> None:
    readers = Readers("0")
    readers.stream.put("0", "a")
    readers.stream.down = {"list"}
    source = readers.one()
    assert isinstance(source.receive(10, readers.clock.now() + 30), PortUnavailable)
    readers.stream.down = set()
    assert readers.take(source) == "a"


def test_position_that_could_not_be_stored_is_told_and_caught_up_with() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"ab")
    source = readers.one()
    batch = readers.receive(source, 1)
    readers.positions.down = True
    assert [type(sent) for sent in source.settle(batch, [ACK])] == [PortUnavailable]
    readers.positions.down = False
    assert readers.take(source) == "b"
    readers.clock.advance(60)
    assert readers.receive(readers.one()) == []


def test_shard_past_its_retention_is_let_go() -> None:
    readers = Readers("0", "1")
    source = readers.one()
    assert readers.shards_of(source) == {"0", "1"}
    readers.stream.listed.pop(0)
    readers.stream.down = {"0"}
    readers.clock.advance(5)
    readers.stream.put("1", "x")
    assert readers.take(source) == "x"
    assert readers.receive(source) == []


def test_lost_positions_are_read_again_from_the_start() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"ab")
    assert readers.take(readers.one()) == "ab"
    again = readers.receive(readers.one(CountedPositions(readers.clock)))
    assert names(again) == "ab"


def test_reader_whose_positions_vanish_begins_anew() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"ab")
    source = readers.one()
    batch = readers.receive(source, 1)
    readers.positions._states.clear()
    assert [type(sent) for sent in source.settle(batch, [ACK])] == [PortRejected]
    assert readers.take(source) == "ab"


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_children_are_read_after_their_parents_are_done_with(limit: int) -> None:
    readers = Readers("0")
    readers.stream.put("0", *"abc")
    readers.stream.reshard(["0"], ["1", "2"])
    readers.stream.put("1", "x")
    readers.stream.put("2", "y")
    source = readers.one()
    took = ""
    while got := readers.take(source, limit) or readers.take(source, limit) or readers.take(source, limit):
        took += got
    assert took[:3] == "abc"
    assert sorted(took[3:]) == ["x", "y"]


def test_children_wait_while_a_record_of_the_parent_is_out() -> None:
    readers = Readers("0")
    readers.stream.put("0", "a")
    readers.stream.reshard(["0"], ["1"])
    readers.stream.put("1", "x")
    source = readers.one()
    held = readers.receive(source)
    assert names(held) == "a"
    readers.clock.advance(6)
    assert readers.receive(source) == []
    source.settle(held, [ACK])
    assert readers.receive(source) == []  # finds the parent finished
    assert readers.take(source) == "x"


def test_merged_shard_waits_for_both_of_its_parents() -> None:
    readers = Readers("0", "1")
    readers.stream.put("0", "a")
    readers.stream.put("1", "b")
    readers.stream.reshard(["0", "1"], ["2"])
    readers.stream.put("2", "x")
    source = readers.one()
    assert [readers.take(source, 1) for _ in range(5)] == ["a", "b", "", "x", ""]


def test_empty_shard_is_left_alone_for_a_while() -> None:
    readers = Readers("0")
    source = readers.one()
    source._rest = 0.2
    for _ in range(10):
        readers.receive(source)
    assert readers.stream.reads == 1
    readers.clock.advance(0.2)
    readers.stream.put("0", "a")
    assert readers.take(source) == "a"


def test_service_that_does_not_tell_its_shards_holds_up_no_shard_that_is_held() -> None:
    readers = Readers("0")
    source = readers.one()
    readers.receive(source)
    readers.stream.down = {"list"}
    readers.clock.advance(5)
    readers.stream.put("0", *"abc")
    assert [readers.take(source, 1) for _ in range(3)] == ["a", "b", "c"]
