"""Suite of the port CheckpointStore: writers that race."""

from __future__ import annotations

from collections.abc import Sequence

from fsm_contract import samples
from fsm_contract.store import StoreSubject, StoreSuite
from fsm_contract.suite import at_once
from fsm_ports import Attempt, Commit, CommitResult, Committed, InboxEvent, Instance, Mark, Refused
from fsm_ports.writes import Abort, AppendEvent, EnterAttempt, Touch

WRITERS = 16
ROUNDS = 6


class CheckpointRaces(StoreSuite):
    """Part of `CheckpointStoreContract`."""

    def test_of_writers_that_race_for_a_step_exactly_one_wins(self, subject: StoreSubject) -> None:
        found = self.running(subject, step=0)
        for _ in range(ROUNDS):
            rivals = [self.next(found, run_id=f"run-{n}") for n in range(WRITERS)]
            results = self._race(subject, [Commit(rival) for rival in rivals])
            found = self._one_winner(results)
            assert found in rivals
            assert self.read(subject) == found

    def test_of_callers_that_race_to_start_exactly_one_wins(self, subject: StoreSubject) -> None:
        for number in range(ROUNDS):
            first = samples.record(f"a-{number}", subject.clock.now())
            results = self._race(subject, [Commit(first._replace(run_id=f"run-{n}")) for n in range(WRITERS)])
            assert self.read(subject, f"a-{number}") == self._one_winner(results)

    def test_of_timers_that_race_to_touch_exactly_one_wins(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        for _ in range(ROUNDS):
            now = found.updated_at + 60
            touches = [Touch("a", 1, found.updated_at, now + n) for n in range(WRITERS)]
            found = self._one_winner(self._race(subject, touches))
            assert self.read(subject) == found

    def test_attempts_entered_at_one_moment_are_all_kept(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        runs = [Attempt(f"run-{n:02}", found.updated_at + n) for n in range(WRITERS)]
        results = self._race(subject, [EnterAttempt("a", 1, run) for run in runs])
        assert all(isinstance(r, Committed) for r in results)
        after = self.read(subject)
        assert after is not None
        assert sorted(after.attempts) == runs

    def test_events_appended_at_one_moment_are_all_kept(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        events = [InboxEvent(f"e-{n:02}", "paid") for n in range(WRITERS)]
        results = self._race(subject, [AppendEvent("a", 1, event, found.updated_at) for event in events])
        assert all(isinstance(r, Committed) for r in results)
        after = self.read(subject)
        assert after is not None
        assert sorted(after.inbox, key=lambda e: e.id) == events

    def test_commit_and_abort_at_one_moment_come_one_after_the_other(self, subject: StoreSubject) -> None:
        """Either the abort came first and refused the commit, or it aborted the step that was committed."""
        for number in range(ROUNDS):
            found = self.running(subject, f"a-{number}")
            abort = Abort(found.correlation_id, "stop", found.updated_at + 1)
            committed, aborted = self._race(subject, [Commit(self.next(found)), abort])
            assert isinstance(aborted, Committed)
            assert aborted.instance.step == (2 if isinstance(committed, Committed) else 1)
            assert self.read(subject, found.correlation_id) == aborted.instance

    def _race(self, subject: StoreSubject, writes: Sequence[Commit | Mark]) -> list[CommitResult]:
        def write(number: int) -> CommitResult:
            one = writes[number]
            results = subject.store.commit([one]) if isinstance(one, Commit) else subject.store.mark([one])
            return results[0]

        return at_once(len(writes), write)

    def _one_winner(self, results: list[CommitResult]) -> Instance:
        """The record that the only winner made; every loser was shown a record."""
        (winner,) = [r.instance for r in results if isinstance(r, Committed)]
        losers = [r.found for r in results if isinstance(r, Refused)]
        assert losers == [winner] * (len(results) - 1)
        return winner
