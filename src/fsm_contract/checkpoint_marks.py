"""Suite of the port CheckpointStore: marks."""

from __future__ import annotations

import pytest

from fsm_contract import samples
from fsm_contract.store import StoreSubject, StoreSuite, done, refused
from fsm_ports import Attempt, Commit, InboxEvent, Instance, Mark, Status
from fsm_ports.names import INBOX_BYTES, INBOX_EVENTS
from fsm_ports.writes import Abort, AppendEvent, EnterAttempt, Fail, LeaveAttempt, Pause, Resume, Touch, marked

ATTEMPT = Attempt("run-x", 1_800_000_000.5)
EVENT = InboxEvent("e-1", "paid", '{"cents": 5}')


def _marks(step: int, updated_at: float) -> list[Mark]:
    now = updated_at + 2.5
    return [
        Fail("a", step, "it broke", now),
        Abort("a", "no longer needed", now),
        Pause("a", "looking", now),
        Resume("a", "seen", now),
        Touch("a", step, updated_at, now),
        Touch("a", step, updated_at - 1.0, now),
        EnterAttempt("a", step, ATTEMPT),
        LeaveAttempt("a", step, ATTEMPT.run_id),
        AppendEvent("a", step, EVENT, now),
    ]


class CheckpointMarks(StoreSuite):
    """Part of `CheckpointStoreContract`."""

    @pytest.mark.parametrize("paused", [False, True], ids=["moving", "paused"])
    @pytest.mark.parametrize("status", Status)
    def test_every_mark_applies_exactly_where_its_condition_holds(
        self, subject: StoreSubject, status: Status, *, paused: bool
    ) -> None:
        """At its own step, one before and one after it."""
        for step in (0, 1, 2):
            for number in range(len(_marks(step, 0.0))):
                found = self._record(subject, f"{step}-{number}", status, paused=paused)
                mark = _marks(step, found.updated_at)[number]._replace(correlation_id=found.correlation_id)
                after = marked(found, mark)
                result = self.mark(subject, mark)
                assert (refused(result) if after is None else done(result)) == (after or found), mark
                assert self.read(subject, found.correlation_id) == (after or found), mark

    def test_every_mark_is_refused_where_there_is_no_record(self, subject: StoreSubject) -> None:
        for mark in _marks(0, subject.clock.now()):
            assert refused(self.mark(subject, mark)) is None
        assert self.read(subject) is None

    def test_mark_leaves_the_step_and_its_work_alone(self, subject: StoreSubject) -> None:
        found = self.running(subject, step=3)
        paused = done(self.mark(subject, Pause("a", "looking", found.updated_at + 1)))
        assert paused == found._replace(paused=True)
        assert done(self.commit(subject, Commit(self.next(found)))).step == 4

    def test_attempts_of_several_runs_stand_side_by_side(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        runs = [Attempt(f"run-{n}", found.updated_at + n + 0.25) for n in range(3)]
        for run in runs:
            self.mark(subject, EnterAttempt("a", 1, run))
        assert self._read(subject).attempts == tuple(runs)
        self.mark(subject, LeaveAttempt("a", 1, "run-1"))
        assert self._read(subject).attempts == (runs[0], runs[2])

    def test_attempt_entered_twice_is_one(self, subject: StoreSubject) -> None:
        self.running(subject)
        once = done(self.mark(subject, EnterAttempt("a", 1, ATTEMPT)))
        assert done(self.mark(subject, EnterAttempt("a", 1, ATTEMPT))) == once
        assert self._read(subject).attempts == (ATTEMPT,)

    def test_attempt_left_twice_is_left(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        self.mark(subject, EnterAttempt("a", 1, ATTEMPT))
        assert done(self.mark(subject, LeaveAttempt("a", 1, ATTEMPT.run_id))) == found
        assert done(self.mark(subject, LeaveAttempt("a", 1, ATTEMPT.run_id))) == found

    def test_touch_wins_once_an_age(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        touch = Touch("a", 1, found.updated_at, found.updated_at + 60)
        touched = done(self.mark(subject, touch))
        assert refused(self.mark(subject, touch)) == touched

    def test_event_appended_twice_is_one(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        append = AppendEvent("a", 1, EVENT, found.updated_at)
        once = done(self.mark(subject, append))
        assert refused(self.mark(subject, append)) == once
        assert once.inbox == (EVENT,)

    def test_events_keep_their_order(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        events = tuple(InboxEvent(f"e-{9 - n}", samples.TEXT, None if n % 2 else f"{n}") for n in range(6))
        for event in events:
            self.mark(subject, AppendEvent("a", 1, event, found.updated_at))
        assert self._read(subject).inbox == events

    def test_inbox_takes_no_more_events_than_its_bound(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        for number in range(INBOX_EVENTS):
            found = done(self.mark(subject, AppendEvent("a", 1, InboxEvent(f"e-{number}", "paid"), found.updated_at)))
        assert refused(self.mark(subject, AppendEvent("a", 1, InboxEvent("more", "paid"), found.updated_at))) == found

    def test_inbox_takes_no_more_bytes_than_its_bound(self, subject: StoreSubject) -> None:
        """Bytes, not characters."""
        found = self.running(subject)
        room = INBOX_BYTES - len("e-1") - len("paid")
        half = AppendEvent("a", 1, InboxEvent("e-1", "paid", "é" * (room // 2 + 1)), found.updated_at)
        assert refused(self.mark(subject, half)) == found
        fits = InboxEvent("e-1", "paid", "é" * (room // 2))
        assert done(self.mark(subject, AppendEvent("a", 1, fits, found.updated_at))).inbox == (fits,)

    def test_aborted_and_failed_records_say_why(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        assert done(self.mark(subject, Fail("a", 1, samples.TEXT, found.updated_at))).error == samples.TEXT
        assert done(self.mark(subject, Abort("a", "enough", found.updated_at))).error == "enough"

    def _record(self, subject: StoreSubject, correlation_id: str, status: Status, *, paused: bool) -> Instance:
        now = subject.clock.now()
        put = status if status is not Status.ABORTED else Status.RUNNING
        found = self.put(subject, samples.record(correlation_id, now, 1, put))
        if paused:
            self.mark(subject, Pause(correlation_id, "looking", now))
        if status is Status.ABORTED:
            self.mark(subject, Abort(correlation_id, "stop", now + 1))
        return self.read(subject, correlation_id) or found

    def _read(self, subject: StoreSubject) -> Instance:
        found = self.read(subject)
        assert found is not None
        return found
