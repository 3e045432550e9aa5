"""Wrong lock caches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from threading import Barrier, BrokenBarrierError, current_thread, main_thread
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryLockCache
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import LockCacheContract, LockSubject
from fsm_ports import Busy, Lease, LeaseResult
from tests.contract.broken.rejection import rejected_by


class OnLock(LockCacheContract):
    wrong: ClassVar[type[MemoryLockCache]]

    @pytest.fixture
    def subject(self) -> LockSubject:
        clock = VirtualClock()
        return LockSubject(clock=clock, lock=self.wrong(clock))


@rejected_by(
    OnLock, "test_release_frees_nothing_that_another_holds", "test_late_release_frees_nothing_that_was_taken_over"
)
class ReleasesForAnybody(MemoryLockCache):
    def release(self, keys: Collection[str], owner: str) -> None:
        for key in keys:
            self._held.pop(key, None)


@rejected_by(OnLock, "test_fence_grows_after_a_release", "test_fence_grows_at_every_change_of_hands")
class CountsFromOneAgain(MemoryLockCache):
    """Forgets the fence with the lease."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        fresh = {key for key in keys if key not in self._held}
        results = super().acquire(keys, owner, until)
        for key in fresh & self._held.keys():
            self._held[key] = self._held[key]._replace(fence=1)
        return [Lease(1) if key in fresh else result for key, result in zip(keys, results, strict=True)]


@rejected_by(OnLock, "test_owner_who_asks_again_keeps_the_fence", "test_busy_answer_does_not_use_up_the_lease")
class GivesANewFenceAtEveryRenewal(MemoryLockCache):
    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        self.release(keys, owner)
        return super().acquire(keys, owner, until)


@rejected_by(OnLock, "test_owner_who_asks_again_renews_the_lease")
class RenewsNothing(MemoryLockCache):
    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        ends = {key: held.until for key, held in self._held.items() if held.owner == owner}
        results = super().acquire(keys, owner, until)
        for key in ends.keys() & self._held.keys():
            if ends[key] > self._clock.now():
                self._held[key] = self._held[key]._replace(until=ends[key])
        return results


@rejected_by(OnLock, "test_results_come_in_order_and_a_busy_key_fails_no_other", "test_released_key_is_free")
class GivesAllOrNothing(MemoryLockCache):
    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        results = super().acquire(keys, owner, until)
        busy = [result for result in results if isinstance(result, Busy)]
        return busy[:1] * len(keys) if busy else results


@rejected_by(OnLock, "test_of_takers_at_one_moment_exactly_one_gets_the_lease")
class ReadsBeforeItWrites(MemoryLockCache):
    """Two who read at one moment both find the key free."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._meeting = Barrier(2)

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        if current_thread() is not main_thread() and all(key not in self._held for key in keys):
            try:
                self._meeting.wait(0.05)
                self._held.clear()
            except BrokenBarrierError:
                self._meeting.reset()
        return super().acquire(keys, owner, until)


@rejected_by(
    OnLock,
    "test_busy_answer_does_not_use_up_the_lease",
    "test_fence_grows_after_an_expiry",
    "test_fence_grows_at_every_change_of_hands",
    "test_late_release_frees_nothing_that_was_taken_over",
    "test_lease_ends_by_itself",
    "test_others_meet_busy_until_the_end_of_the_lease",
    "test_owner_who_asks_again_renews_the_lease",
    "test_owner_who_lost_the_lease_meets_busy",
)
class NeverLetsGo(MemoryLockCache):
    """No lease ends by itself, as of a value without an expiry that nobody compares with the clock."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return super().acquire(keys, owner, until + 1e9)


@rejected_by(OnLock, "test_others_meet_busy_until_the_end_of_the_lease", "test_owner_who_asks_again_renews_the_lease")
class LetsGoTooSoon(MemoryLockCache):
    """Milliseconds read as seconds, or seconds cut off."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        now = self._clock.now()
        return super().acquire(keys, owner, now + (until - now) / 1000)


@rejected_by(OnLock, "test_others_meet_busy_until_the_end_of_the_lease")
class TellsTheTimeThatIsLeft(MemoryLockCache):
    """Not the time at which the lease ends."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        now, results = self._clock.now(), super().acquire(keys, owner, until)
        return [Busy(result.until - now) if isinstance(result, Busy) else result for result in results]


@rejected_by(OnLock, "test_owner_who_asks_again_renews_the_lease")
class LengthensWhatAnotherHolds(MemoryLockCache):
    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        results = super().acquire(keys, owner, until)
        for key, result in zip(keys, results, strict=True):
            if isinstance(result, Busy):
                self._held[key] = self._held[key]._replace(until=until)
        return results


@rejected_by(OnLock, "test_released_key_is_free", "test_results_come_in_order_and_a_busy_key_fails_no_other")
class AnswersServerByServer(MemoryLockCache):
    """In the order in which the servers of the keys were asked."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        results = super().acquire(keys, owner, until)
        return sorted(results, key=lambda result: isinstance(result, Busy))


@rejected_by(OnLock, "test_keys_are_independent")
class ShortensLongKeys(MemoryLockCache):
    """To what one word of a protocol may be."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return super().acquire([key.strip() for key in keys], owner, until)


@rejected_by(
    OnLock,
    "test_busy_answer_does_not_use_up_the_lease",
    "test_owner_who_asks_again_keeps_the_fence",
    "test_owner_who_asks_again_renews_the_lease",
    "test_results_come_in_order_and_a_busy_key_fails_no_other",
)
class RefusesItsOwnOwner(MemoryLockCache):
    """Sets if it is not there, and asks for nothing more."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        now = self._clock.now()
        held = {key: self._held[key].until for key in keys if key in self._held and self._held[key].until > now}
        taken = iter(super().acquire([key for key in keys if key not in held], owner, until))
        return [Busy(held[key]) if key in held else next(taken) for key in keys]


@rejected_by(
    OnLock, "test_fence_grows_after_a_release", "test_fence_grows_at_every_change_of_hands", "test_released_key_is_free"
)
class KeepsWhatIsGivenBack(MemoryLockCache):
    """Until it expires."""

    def release(self, keys: Collection[str], owner: str) -> None:
        return


@rejected_by(OnLock, "test_owner_who_lost_the_lease_meets_busy")
class GivesItBackToWhoHadItFirst(MemoryLockCache):
    """Remembers who held a key, not who holds it."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._first = dict[str, str]()

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        for key in keys:
            held = self._held.get(key)
            if held is not None and self._first.get(key) == owner != held.owner:
                self.release([key], held.owner)
            self._first.setdefault(key, owner)
        return super().acquire(keys, owner, until)


@rejected_by(OnLock, "test_empty_batch_has_no_results")
class CannotSendNothing(MemoryLockCache):
    """A pipeline without a command has no answer."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return super().acquire(keys, owner, until) or [Busy(until)]


@rejected_by(OnLock, "test_releasing_what_nobody_holds_does_no_harm")
class RaisesForWhatIsNotThere(MemoryLockCache):
    def release(self, keys: Collection[str], owner: str) -> None:
        for key in keys:
            _ = self._held[key]
        super().release(keys, owner)


@rejected_by(OnLock, "test_fence_grows_after_an_expiry", "test_fence_grows_at_every_change_of_hands")
class ExpiresWithItsFence(MemoryLockCache):
    """The server forgets the whole key when the lease ends."""

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        now = self._clock.now()
        over = {key for key in keys if key in self._held and self._held[key].until <= now}
        results = super().acquire(keys, owner, until)
        for key in over:
            self._held[key] = self._held[key]._replace(fence=1)
        return [Lease(1) if key in over else result for key, result in zip(keys, results, strict=True)]
