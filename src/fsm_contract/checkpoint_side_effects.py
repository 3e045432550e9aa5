"""Suite of the port CheckpointStore: what a write does besides: it emits, it holds, it writes history."""

from __future__ import annotations

from fsm_contract import samples
from fsm_contract.store import StoreSubject, StoreSuite, done
from fsm_ports import Attempt, Commit, InboxEvent, Instance, Status
from fsm_ports.history_log import entry_of_commit, entry_of_mark
from fsm_ports.instance import as_message
from fsm_ports.writes import Abort, AppendEvent, EnterAttempt, Fail, LeaveAttempt, Mark, Pause, Resume, Touch


class CheckpointSideEffects(StoreSuite):
    """Part of `CheckpointStoreContract`."""

    def test_running_record_is_delivered_after_a_commit_where_the_store_emits(self, subject: StoreSubject) -> None:
        first = samples.record("a", subject.clock.now())
        done(self.commit(subject, Commit(first)))
        self._delivered(subject, first)
        after = self.next(first)._replace(updated_at=subject.clock.now(), position="caused-it", error="before")
        done(self.commit(subject, Commit(after)))
        self._delivered(subject, after)

    def test_record_that_has_to_wait_is_delivered_with_its_time_and_no_earlier_where_the_store_can_hold(
        self, subject: StoreSubject
    ) -> None:
        now = subject.clock.now()
        first = samples.record("a", now)._replace(not_before=now + 2 * subject.unit)
        done(self.commit(subject, Commit(first)))
        if not subject.store.can_hold:
            self._delivered(subject, first)
        subject.pass_time(subject.unit)
        self._delivered(subject)
        subject.pass_time(subject.unit)
        self._delivered(subject, *([first] if subject.store.can_hold else []))

    def test_record_at_rest_is_not_delivered(self, subject: StoreSubject) -> None:
        for number, status in enumerate([Status.WAITING, Status.COMPLETED, Status.FAILED]):
            found = self.running(subject, f"a-{number}")
            done(self.commit(subject, Commit(self.next(found)._replace(status=status, event=None))))
            self._delivered(subject)

    def test_paused_record_is_not_delivered_before_it_is_resumed(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        done(self.mark(subject, Pause("a", "", found.updated_at)))
        after = self.next(found)._replace(updated_at=subject.clock.now())
        done(self.commit(subject, Commit(after)))
        self._delivered(subject)
        resumed = done(self.mark(subject, Resume("a", "", subject.clock.now())))
        self._delivered(subject, resumed)

    def test_touched_record_is_delivered_again_if_it_runs(self, subject: StoreSubject) -> None:
        now = subject.clock.now()
        for name, status in (("a", Status.RUNNING), ("b", Status.WAITING)):
            self.put(subject, samples.record(name, now, 1, status))
            touched = done(self.mark(subject, Touch(name, 1, now, now)))
            self._delivered(subject, *([touched] if status is Status.RUNNING else []))

    def test_other_marks_deliver_nothing(self, subject: StoreSubject) -> None:
        now = subject.clock.now()
        self.running(subject)
        marks: list[Mark] = [
            EnterAttempt("a", 1, Attempt("run-x", now + 1)),
            LeaveAttempt("a", 1, "run-x"),
            AppendEvent("a", 1, InboxEvent("e-1", "paid"), now),
            Pause("a", "", now),
            Fail("a", 1, "broken", now),
            Abort("a", "", now),
        ]
        for mark in marks:
            done(self.mark(subject, mark))
            self._delivered(subject)

    def test_refused_writes_deliver_nothing(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        self.commit(subject, Commit(found._replace(run_id="again")))
        self.mark(subject, Touch("a", 1, found.updated_at - 1, found.updated_at))
        self.mark(subject, Resume("a", "", found.updated_at))
        self._delivered(subject)

    def test_held_record_is_delivered_once_its_hold_is_over_where_the_store_can_hold(
        self, subject: StoreSubject
    ) -> None:
        now = subject.clock.now()
        first = samples.record("a", now)
        done(self.commit(subject, Commit(first, hold_until=now + 2 * subject.unit)))
        held = subject.store.can_hold
        self._delivered(subject, *([] if held else [first]))
        subject.pass_time(subject.unit)
        self._delivered(subject)
        subject.pass_time(subject.unit)
        self._delivered(subject, *([first] if held else []))

    def test_next_commit_takes_the_place_of_what_is_held(self, subject: StoreSubject) -> None:
        now = subject.clock.now()
        first = samples.record("a", now)
        done(self.commit(subject, Commit(first, hold_until=now + 2 * subject.unit)))
        subject.emitted()
        after = self.next(first)._replace(updated_at=now)
        done(self.commit(subject, Commit(after)))
        self._delivered(subject, after)
        subject.pass_time(2 * subject.unit)
        self._delivered(subject)

    def test_history_tells_of_commits_where_the_store_keeps_it(self, subject: StoreSubject) -> None:
        now = subject.clock.now()
        commits = [
            Commit(samples.record("a", now)),
            Commit(samples.record("a", now + 1, 1, Status.WAITING)),
            Commit(samples.record("a", now + 2, 2, Status.FAILED), Status.WAITING, taken="e-1"),
            Commit(samples.record("a", now + 3, 3), Status.FAILED, note="mended"),
        ]
        expected = [entry_of_commit(commit, done(self.commit(subject, commit))) for commit in commits]
        assert list(subject.told("a")) == (expected if subject.store.keeps_history else [])

    def test_history_tells_of_marks_where_the_store_keeps_it(self, subject: StoreSubject) -> None:
        now = subject.clock.now()
        first = Commit(samples.record("a", now))
        expected = [entry_of_commit(first, done(self.commit(subject, first)))]
        marks: list[Mark] = [
            EnterAttempt("a", 0, Attempt("run-x", now + 1)),
            AppendEvent("a", 0, InboxEvent("e-1", "paid"), now + 1),
            Pause("a", "looking", now + 2),
            Resume("a", "seen", now + 3),
            Touch("a", 0, now + 3, now + 4),
            LeaveAttempt("a", 0, "run-x"),
            Fail("a", 0, samples.TEXT, now + 5),
            Abort("a", "enough", now + 6),
        ]
        entries = [entry_of_mark(mark, done(self.mark(subject, mark))) for mark in marks]
        expected += [entry for entry in entries if entry is not None]
        assert list(subject.told("a")) == (expected if subject.store.keeps_history else [])

    def test_history_tells_nothing_of_refused_writes(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        before = list(subject.told("a"))
        self.commit(subject, Commit(found._replace(run_id="again")))
        self.mark(subject, Resume("a", "", found.updated_at))
        assert list(subject.told("a")) == before

    def _delivered(self, subject: StoreSubject, *records: Instance) -> None:
        """What was emitted since the last look is these records as fresh messages; nothing if the store emits none."""
        messages = [as_message(record)._replace(not_before=record.not_before) for record in records]
        expected = messages if subject.store.emits else []
        got: list[Instance] = []
        subject.eventually(lambda: got.extend(subject.emitted()), lambda _: len(got) >= len(expected))
        assert [message._replace(attempts=(), inbox=(), seen=()) for message in got] == expected
