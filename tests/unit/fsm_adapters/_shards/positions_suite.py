"""What every `ShardPositions` does."""

from __future__ import annotations

import pytest

from fsm_adapters._shards.positions import ShardLease, ShardPositions, ShardState
from fsm_adapters.system.clock import VirtualClock
from fsm_contract.suite import at_once
from fsm_ports import Busy, PortError, PortRejected

START = 1_700_000_000.25


class ShardPositionsSuite:
    """Override `positions`."""

    @pytest.fixture
    def clock(self) -> VirtualClock:
        return VirtualClock(START)

    @pytest.fixture
    def positions(self, clock: VirtualClock) -> ShardPositions:
        raise NotImplementedError

    def test_shard_that_nobody_had_is_given_without_a_position(self, positions: ShardPositions) -> None:
        lease = positions.acquire("s", "0", "alice", START + 10)
        assert isinstance(lease, ShardLease)
        assert lease[1:] == (None, False, False)

    def test_held_shard_is_busy_until_its_lease_ends(self, positions: ShardPositions, clock: VirtualClock) -> None:
        first = _acquire(positions, "alice", START + 10)
        clock.advance(9.5)
        assert positions.acquire("s", "0", "bob", START + 20) == Busy(START + 10)
        clock.advance(0.5)
        second = _acquire(positions, "bob", START + 20)
        assert second.taken_over
        assert second.fence > first.fence

    def test_owner_may_ask_again_and_keeps_the_fence(self, positions: ShardPositions, clock: VirtualClock) -> None:
        first = _acquire(positions, "alice", START + 10)
        clock.advance(11)  # nobody else came
        assert _acquire(positions, "alice", START + 30) == first
        assert positions.acquire("s", "0", "bob", START + 40) == Busy(START + 30)

    def test_stored_position_is_the_next_owners(self, positions: ShardPositions, clock: VirtualClock) -> None:
        lease = _acquire(positions, "alice", START + 10)
        assert positions.store("s", "0", "alice", lease.fence, "4967") is None
        assert positions.store("s", "0", "alice", lease.fence, "4968") is None
        clock.advance(10)
        assert _acquire(positions, "bob", START + 20).position == "4968"

    def test_owner_may_store_after_the_end_of_a_lease_that_nobody_took(
        self, positions: ShardPositions, clock: VirtualClock
    ) -> None:
        lease = _acquire(positions, "alice", START + 10)
        clock.advance(60)
        assert positions.store("s", "0", "alice", lease.fence, "1") is None

    def test_store_of_a_former_owner_is_rejected(self, positions: ShardPositions, clock: VirtualClock) -> None:
        lost = _acquire(positions, "alice", START + 10)
        clock.advance(10)
        held = _acquire(positions, "bob", START + 20)
        assert positions.store("s", "0", "bob", held.fence, "2") is None
        assert isinstance(positions.store("s", "0", "alice", lost.fence, "1"), PortRejected)
        assert _states(positions, "0")["0"].position == "2"

    def test_store_under_an_old_fence_of_the_same_owner_is_rejected(
        self, positions: ShardPositions, clock: VirtualClock
    ) -> None:
        lost = _acquire(positions, "alice", START + 10)
        clock.advance(10)
        _acquire(positions, "bob", START + 20)
        clock.advance(10)
        _acquire(positions, "alice", START + 30)
        assert isinstance(positions.store("s", "0", "alice", lost.fence, "1", finished=True), PortRejected)
        assert not _states(positions, "0")["0"].finished

    def test_store_of_what_was_never_held_is_rejected(self, positions: ShardPositions) -> None:
        assert isinstance(positions.store("s", "0", "alice", 1, "1"), PortRejected)
        assert _states(positions, "0") == {}

    def test_finished_shard_stays_finished(self, positions: ShardPositions) -> None:
        lease = _acquire(positions, "alice", START + 10)
        assert positions.store("s", "0", "alice", lease.fence, None, finished=True) is None
        assert positions.store("s", "0", "alice", lease.fence, "7") is None
        assert _states(positions, "0")["0"][3:] == ("7", True)
        assert _acquire(positions, "alice", START + 20).finished

    def test_released_shard_is_free_at_once_and_was_nobodys(self, positions: ShardPositions) -> None:
        first = _acquire(positions, "alice", START + 10)
        positions.store("s", "0", "alice", first.fence, "3")
        positions.release("s", ["0", "unknown"], "alice")
        assert _states(positions, "0")["0"][:2] == ("", 0.0)
        second = _acquire(positions, "bob", START + 10)
        assert (second.position, second.taken_over) == ("3", False)
        assert second.fence > first.fence

    def test_release_by_another_changes_nothing(self, positions: ShardPositions) -> None:
        _acquire(positions, "alice", START + 10)
        positions.release("s", ["0"], "bob")
        assert positions.acquire("s", "0", "bob", START + 20) == Busy(START + 10)

    def test_look_tells_of_the_shards_named_that_have_a_state(self, positions: ShardPositions) -> None:
        names = [f"shard-{n:03}" for n in range(120)]
        for name in names[:3]:
            assert isinstance(positions.acquire("s", name, "alice", START + 10), ShardLease)
        positions.acquire("other", names[5], "alice", START + 10)
        found = _states(positions, *names[1:])
        assert list(found) == names[1:3]
        assert found[names[1]] == ShardState("alice", START + 10, found[names[1]].fence)
        assert _states(positions) == {}

    def test_readers_of_a_stream_are_known_until_they_leave_or_their_time_is_up(
        self, positions: ShardPositions, clock: VirtualClock
    ) -> None:
        assert _join(positions, "s", "alice", START + 10) == {"alice"}
        assert _join(positions, "s", "bob", START + 20) == {"alice", "bob"}
        assert _join(positions, "other", "carol", START + 20) == {"carol"}
        clock.advance(10)
        assert _join(positions, "s", "dora", START + 40) == {"bob", "dora"}
        positions.leave("s", "bob")
        assert _join(positions, "s", "dora", START + 50) == {"dora"}

    def test_one_of_those_who_ask_at_one_moment_gets_the_shard(
        self, positions: ShardPositions, clock: VirtualClock
    ) -> None:
        for turn in range(3):
            answers = at_once(8, lambda n: positions.acquire("s", "0", f"reader-{n}", clock.now() + 10))
            assert [type(answer) for answer in answers].count(ShardLease) == 1, f"turn {turn}: {answers}"
            clock.advance(10)


def _acquire(positions: ShardPositions, owner: str, until: float) -> ShardLease:
    lease = positions.acquire("s", "0", owner, until)
    assert isinstance(lease, ShardLease), lease
    return lease


def _states(positions: ShardPositions, *shards: str) -> dict[str, ShardState]:
    states = positions.look("s", shards)
    assert not isinstance(states, PortError), states
    return dict(states)


def _join(positions: ShardPositions, stream: str, owner: str, until: float) -> set[str]:
    readers = positions.join(stream, owner, until)
    assert not isinstance(readers, PortError), readers
    return set(readers)
