"""Suite of the port LockCache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pytest

from fsm_contract.suite import Suite, Timed, at_once
from fsm_ports import Busy, Lease, LeaseResult, LockCache

TAKERS = 16


@dataclass(frozen=True, kw_only=True)
class LockSubject(Timed):
    """A lock cache."""

    lock: LockCache


class LockCacheContract(Suite):
    """Override `subject`; see `fsm_contract`."""

    @pytest.fixture
    def subject(self) -> LockSubject:
        raise NotImplementedError("override the fixture `subject`")

    def test_subject_holds_the_adapter_that_the_suite_names(self, subject: LockSubject) -> None:
        self.check_adapter(subject.lock)

    def test_free_key_is_given_to_who_asks(self, subject: LockSubject) -> None:
        assert isinstance(self._acquire(subject, "k", "alice"), Lease)

    def test_others_meet_busy_until_the_end_of_the_lease(self, subject: LockSubject) -> None:
        until = subject.clock.now() + subject.unit
        subject.lock.acquire(["k"], "alice", until)
        busy = self._acquire(subject, "k", "bob")
        assert isinstance(busy, Busy)
        assert busy.until == pytest.approx(until, abs=1.0)
        subject.pass_time(subject.unit * 0.8)
        assert isinstance(self._acquire(subject, "k", "bob"), Busy)

    def test_lease_ends_by_itself(self, subject: LockSubject) -> None:
        self._acquire(subject, "k", "alice")
        subject.pass_time(subject.unit)
        assert isinstance(self._acquire(subject, "k", "bob"), Lease)

    def test_owner_who_asks_again_keeps_the_fence(self, subject: LockSubject) -> None:
        first = self._lease(subject, "k", "alice")
        assert self._lease(subject, "k", "alice") == first

    def test_owner_who_asks_again_renews_the_lease(self, subject: LockSubject) -> None:
        self._acquire(subject, "k", "alice")
        subject.pass_time(subject.unit * 0.7)
        self._acquire(subject, "k", "alice")
        subject.pass_time(subject.unit * 0.7)
        assert isinstance(self._acquire(subject, "k", "bob"), Busy)
        subject.pass_time(subject.unit * 0.4)
        assert isinstance(self._acquire(subject, "k", "bob"), Lease)

    def test_owner_who_lost_the_lease_meets_busy(self, subject: LockSubject) -> None:
        self._acquire(subject, "k", "alice")
        subject.pass_time(subject.unit)
        self._acquire(subject, "k", "bob")
        assert isinstance(self._acquire(subject, "k", "alice"), Busy)

    def test_fence_grows_after_a_release(self, subject: LockSubject) -> None:
        first = self._lease(subject, "k", "alice")
        subject.lock.release(["k"], "alice")
        assert self._lease(subject, "k", "bob").fence > first.fence

    def test_fence_grows_after_an_expiry(self, subject: LockSubject) -> None:
        first = self._lease(subject, "k", "alice")
        subject.pass_time(subject.unit)
        assert self._lease(subject, "k", "bob").fence > first.fence

    def test_fence_grows_at_every_change_of_hands(self, subject: LockSubject) -> None:
        fences: list[int] = []
        for number in range(12):
            owner = ("alice", "bob", "carol")[number % 3]
            fences.append(self._lease(subject, "k", owner).fence)
            if number % 2:
                subject.lock.release(["k"], owner)
            else:
                subject.pass_time(subject.unit)
        assert fences == sorted(set(fences))

    def test_busy_answer_does_not_use_up_the_lease(self, subject: LockSubject) -> None:
        first = self._lease(subject, "k", "alice")
        subject.lock.acquire(["k"], "bob", subject.clock.now() + 100 * subject.unit)
        assert self._lease(subject, "k", "alice") == first
        subject.pass_time(subject.unit)
        assert isinstance(self._acquire(subject, "k", "carol"), Lease)

    def test_results_come_in_order_and_a_busy_key_fails_no_other(self, subject: LockSubject) -> None:
        self._acquire(subject, "b", "alice")
        until = subject.clock.now() + subject.unit
        results = subject.lock.acquire(["a", "b", "c"], "bob", until)
        assert [type(r) for r in results] == [Lease, Busy, Lease]
        assert [type(r) for r in subject.lock.acquire(["c", "b", "a"], "alice", until)] == [Busy, Lease, Busy]

    def test_empty_batch_has_no_results(self, subject: LockSubject) -> None:
        assert list(subject.lock.acquire([], "alice", subject.clock.now() + subject.unit)) == []

    def test_keys_are_independent(self, subject: LockSubject) -> None:
        names = ["order-1", "order-10", "order-1 ", "Order-1", "objednávka-1", "x" * 300]
        for number, name in enumerate(names):
            assert isinstance(self._acquire(subject, name, f"owner-{number}"), Lease), name

    def test_released_key_is_free(self, subject: LockSubject) -> None:
        subject.lock.acquire(["a", "b", "c"], "alice", subject.clock.now() + subject.unit)
        subject.lock.release({"a", "c"}, "alice")
        results = subject.lock.acquire(["a", "b", "c"], "bob", subject.clock.now() + subject.unit)
        assert [type(r) for r in results] == [Lease, Busy, Lease]

    def test_release_frees_nothing_that_another_holds(self, subject: LockSubject) -> None:
        self._acquire(subject, "k", "alice")
        subject.lock.release(["k"], "bob")
        assert isinstance(self._acquire(subject, "k", "bob"), Busy)

    def test_late_release_frees_nothing_that_was_taken_over(self, subject: LockSubject) -> None:
        self._acquire(subject, "k", "alice")
        subject.pass_time(subject.unit)
        self._acquire(subject, "k", "bob")
        subject.lock.release(["k"], "alice")
        assert isinstance(self._acquire(subject, "k", "carol"), Busy)

    def test_releasing_what_nobody_holds_does_no_harm(self, subject: LockSubject) -> None:
        subject.lock.release([], "alice")
        subject.lock.release(["k", "unknown"], "alice")
        assert isinstance(self._acquire(subject, "k", "bob"), Lease)

    def test_of_takers_at_one_moment_exactly_one_gets_the_lease(self, subject: LockSubject) -> None:
        for number in range(10):
            results = at_once(TAKERS, partial(self._take, subject, f"k-{number}"))
            assert sorted(type(r).__name__ for r in results) == ["Busy"] * (TAKERS - 1) + ["Lease"]

    def _take(self, subject: LockSubject, key: str, number: int) -> LeaseResult:
        # For longer than the slowest machine lets the last taker wait: a lease that has ended may be had again.
        (result,) = subject.lock.acquire([key], f"owner-{number}", subject.clock.now() + 100 * subject.unit)
        return result

    def _acquire(self, subject: LockSubject, key: str, owner: str) -> LeaseResult:
        (result,) = subject.lock.acquire([key], owner, subject.clock.now() + subject.unit)
        return result

    def _lease(self, subject: LockSubject, key: str, owner: str) -> Lease:
        result = self._acquire(subject, key, owner)
        assert isinstance(result, Lease)
        return result
