"""Several readers of one stream."""

from __future__ import annotations

from fsm_adapters._shards.sharing import fair_share
from fsm_ports import ACK, PortRejected
from tests.unit.fsm_adapters._shards.fake_stream import Readers, names


def test_shares_differ_by_one_at_most_and_add_up() -> None:
    for shards in range(20):
        for count in range(1, 8):
            readers = [f"reader-{n}" for n in range(count)]
            shares = [fair_share(shards, readers, reader) for reader in readers]
            assert sum(shares) == shards
            assert max(shares) - min(shares) <= 1


def test_readers_share_the_shards_out() -> None:
    readers = Readers("0", "1", "2", "3")
    first, second = readers.one(), readers.one()
    assert readers.shards_of(first) == {"0", "1", "2", "3"}
    assert readers.shards_of(second) == set()
    readers.clock.advance(5)
    kept = readers.shards_of(first)
    readers.clock.advance(5)
    got = readers.shards_of(second)
    assert (len(kept), len(got)) == (2, 2)
    assert kept | got == {"0", "1", "2", "3"}


def test_shard_of_which_a_batch_is_out_is_not_given_away() -> None:
    readers = Readers("0", "1")
    first, second = readers.one(), readers.one()
    readers.stream.put("0", "a")
    readers.stream.put("1", "x")
    held = readers.receive(first, seconds=100)
    readers.receive(second)
    readers.clock.advance(5)
    assert readers.receive(first) == []
    readers.clock.advance(5)
    assert readers.receive(second) == []
    assert list(first.settle(held, [ACK, ACK])) == [None, None]
    readers.clock.advance(5)
    readers.receive(first)
    readers.clock.advance(5)
    assert len(readers.shards_of(second)) == 1


def test_no_record_is_with_two_readers_at_a_time() -> None:
    readers = Readers("0", "1", "2")
    workers = [readers.one() for _ in range(3)]
    out: dict[str, int] = {}
    for turn in range(60):
        for shard in "012":
            readers.stream.put(shard, f"{turn}-{shard} ")
        for number, worker in enumerate(workers):
            for delivery in readers.receive(worker):
                assert delivery.position not in out, f"{delivery.position} is with {out} already"
                out[delivery.position] = number
                worker.settle([delivery], [ACK])
        readers.clock.advance(1)
    assert len(out) == 180
    assert set(out.values()) == {0, 1, 2}


def test_dead_readers_shards_are_taken_over_from_the_stored_position() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"abcd")
    dead, heir = readers.one(), readers.one()
    assert readers.take(dead, 2) == "ab"
    assert names(readers.receive(dead)) == "cd"
    readers.clock.advance(29)
    assert readers.receive(heir) == []
    readers.clock.advance(12)
    again = readers.receive(heir)
    assert names(again) == "cd"
    assert all(d.maybe_died for d in again)


def test_record_that_came_just_before_a_takeover_is_suspected_and_a_later_one_is_not() -> None:
    readers = Readers("0")
    dead, heir = readers.one(), readers.one()
    readers.receive(dead)
    readers.clock.advance(40)
    readers.stream.put("0", "a")
    assert [d.maybe_died for d in readers.receive(heir)] == [True]
    readers.clock.advance(1)
    readers.stream.put("0", "b")
    readers.clock.advance(29)
    assert [d.maybe_died for d in readers.receive(heir)] == [True, True]
    readers.clock.advance(30)
    held = readers.receive(heir)
    readers.stream.put("0", "c")
    heir.settle(held, [ACK] * 2)
    assert [d.maybe_died for d in readers.receive(heir)] == [False]


def test_reader_that_closes_hands_over_at_once_and_leaves_no_suspicion() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"abc")
    first, second = readers.one(), readers.one()
    assert readers.take(first, 1) == "a"
    first.close()
    batch = readers.receive(second)
    assert names(batch) == "bc"
    assert [d.maybe_died for d in batch] == [False, False]


def test_reader_that_closes_with_a_batch_out_keeps_that_shard_until_its_lease_ends() -> None:
    readers = Readers("0")
    readers.stream.put("0", "a")
    first, second = readers.one(), readers.one()
    held = readers.receive(first)
    first.close()
    assert readers.receive(second) == []
    assert list(first.settle(held, [ACK])) == [None]


def test_outcomes_of_a_reader_that_has_lost_its_shard_change_nothing() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"ab")
    zombie, heir = readers.one(), readers.one()
    held = readers.receive(zombie)
    readers.clock.advance(60)
    assert names(readers.receive(heir, 1)) == "a"
    assert [type(sent) for sent in zombie.settle(held, [ACK, ACK])] == [PortRejected, PortRejected]
    readers.clock.advance(60)
    assert names(readers.receive(readers.one())) == "ab"


def test_claim_of_a_reader_that_has_lost_its_shard_cannot_be_extended() -> None:
    readers = Readers("0")
    readers.stream.put("0", "a")
    zombie, heir = readers.one(), readers.one()
    held = readers.receive(zombie)
    readers.clock.advance(60)
    readers.receive(heir)
    (answer,) = zombie.extend(held, readers.clock.now() + 30)
    assert isinstance(answer, PortRejected)


def test_extended_claim_keeps_other_readers_away() -> None:
    readers = Readers("0")
    readers.stream.put("0", "a")
    holder, other = readers.one(), readers.one()
    held = readers.receive(holder)
    for _ in range(10):
        readers.clock.advance(20)
        assert list(holder.extend(held, readers.clock.now() + 30)) == [None]
        assert readers.receive(other) == []
    assert list(holder.settle(held, [ACK])) == [None]


def test_reader_that_lost_its_shard_and_got_it_back_goes_on_where_the_other_stopped() -> None:
    readers = Readers("0")
    readers.stream.put("0", *"abc")
    first, second = readers.one(), readers.one()
    readers.receive(first, 1)
    readers.clock.advance(60)
    assert readers.take(second, 2) == "ab"
    second.close()
    assert readers.take(first) == "c"
