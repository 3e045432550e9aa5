"""Suite of the port CheckpointStore: commits."""

from __future__ import annotations

import pytest

from fsm_contract import samples
from fsm_contract.store import StoreSubject, StoreSuite, done, refused
from fsm_ports import Attempt, Commit, InboxEvent, Instance, Status
from fsm_ports.names import SEEN_EVENTS
from fsm_ports.writes import Abort, AppendEvent, EnterAttempt, Fail, Pause


class CheckpointCommits(StoreSuite):
    """Part of `CheckpointStoreContract`."""

    def test_step_0_applies_where_there_is_no_record(self, subject: StoreSubject) -> None:
        first = samples.record("a", subject.clock.now())
        assert done(self.commit(subject, Commit(first))) == first
        assert self.read(subject) == first

    def test_step_0_is_refused_where_there_is_a_record(self, subject: StoreSubject) -> None:
        found = self.running(subject, step=0)
        other = found._replace(context='{"other": true}', run_id="other")
        assert refused(self.commit(subject, Commit(other))) == found
        assert self.read(subject) == found

    def test_later_step_is_refused_where_there_is_no_record(self, subject: StoreSubject) -> None:
        assert refused(self.commit(subject, Commit(samples.record("a", subject.clock.now(), 1)))) is None
        assert self.read(subject) is None

    def test_next_step_replaces_the_record(self, subject: StoreSubject) -> None:
        after = self._full(self.running(subject, step=2))
        assert done(self.commit(subject, Commit(after))) == after
        assert self.read(subject) == after

    def test_values_of_the_step_before_are_gone_when_the_next_has_none(self, subject: StoreSubject) -> None:
        full = done(self.commit(subject, Commit(self._full(self.running(subject, step=2)))))
        bare = samples.record("a", full.updated_at, 4, Status.WAITING)
        assert done(self.commit(subject, Commit(bare))) == bare
        assert self.read(subject) == bare

    @pytest.mark.parametrize("step", [1, 2, 4, 7])
    def test_any_step_but_the_next_is_refused(self, subject: StoreSubject, step: int) -> None:
        found = self.running(subject, step=2)
        other = samples.record("a", subject.clock.now(), step)._replace(run_id="other")
        assert refused(self.commit(subject, Commit(other))) == found
        assert self.read(subject) == found

    @pytest.mark.parametrize("expected", Status)
    @pytest.mark.parametrize("status", [Status.RUNNING, Status.WAITING, Status.COMPLETED, Status.FAILED])
    def test_commit_applies_to_the_expected_status_alone(
        self, subject: StoreSubject, status: Status, expected: Status
    ) -> None:
        found = self.put(subject, samples.record("a", subject.clock.now(), 1, status))
        after = self.next(found)
        result = self.commit(subject, Commit(after, expected))
        if status is expected:
            assert done(result) == after
        else:
            assert refused(result) == found
        assert self.read(subject) == (after if status is expected else found)

    def test_failed_record_is_redriven_by_its_status(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        self.mark(subject, Fail("a", 1, "broken", found.updated_at + 1))
        assert isinstance(refused(self.commit(subject, Commit(self.next(found)))), Instance)
        assert done(self.commit(subject, Commit(self.next(found), Status.FAILED))).error is None

    def test_aborted_record_goes_no_further(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        aborted = done(self.mark(subject, Abort("a", "stop", found.updated_at + 1)))
        assert refused(self.commit(subject, Commit(self.next(found)))) == aborted

    def test_pause_in_mid_step_stays_over_the_commit(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        self.mark(subject, Pause("a", "wait", found.updated_at))
        after = self.next(found)
        assert done(self.commit(subject, Commit(after))) == after._replace(paused=True)
        assert self.read(subject) == after._replace(paused=True)

    def test_commit_neither_sets_nor_clears_the_paused_flag(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        after = self.next(found)
        assert done(self.commit(subject, Commit(after._replace(paused=True)))) == after

    def test_inbox_and_seen_ids_stay_over_the_commit(self, subject: StoreSubject) -> None:
        found = self._with_events(subject, "e-1", "e-2")
        after = self.next(found)
        expected = after._replace(inbox=found.inbox, seen=("e-1", "e-2"))
        assert done(self.commit(subject, Commit(after))) == expected
        assert self.read(subject) == expected

    def test_commit_does_not_write_an_inbox_of_its_own(self, subject: StoreSubject) -> None:
        found = self._with_events(subject, "e-1")
        forged = self.next(found)._replace(inbox=(InboxEvent("x", "forged"),), seen=("x",))
        assert done(self.commit(subject, Commit(forged))) == forged._replace(inbox=found.inbox, seen=found.seen)

    def test_taken_event_leaves_the_inbox_and_stays_seen(self, subject: StoreSubject) -> None:
        found = self._with_events(subject, "e-1", "e-2", "e-3")
        after = done(self.commit(subject, Commit(self.next(found), taken="e-2")))
        assert [event.id for event in after.inbox] == ["e-1", "e-3"]
        assert after.seen == ("e-1", "e-2", "e-3")
        assert self.read(subject) == after

    def test_taken_event_that_was_never_in_the_inbox_becomes_seen(self, subject: StoreSubject) -> None:
        found = self.put(subject, samples.record("a", subject.clock.now(), 1, Status.WAITING))
        after = done(self.commit(subject, Commit(self.next(found), Status.WAITING, taken="e-9")))
        assert (after.inbox, after.seen) == ((), ("e-9",))
        assert self.read(subject) == after

    def test_only_the_last_seen_ids_are_remembered(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        for number in range(SEEN_EVENTS + 3):
            found = done(self.commit(subject, Commit(self.next(found), taken=f"e-{number}")))
        assert found.seen == tuple(f"e-{number}" for number in range(3, SEEN_EVENTS + 3))
        assert self.read(subject) == found

    def test_commit_leaves_no_attempts(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        self.mark(subject, EnterAttempt("a", 1, Attempt("run-x", found.updated_at + 9)))
        after = self.next(found)
        forged = after._replace(attempts=(Attempt("forged", 1.0),))
        assert done(self.commit(subject, Commit(forged))) == after
        assert self.read(subject) == after

    @pytest.mark.parametrize("step", [0, 1, 7])
    def test_adoption_makes_a_record_at_any_step(self, subject: StoreSubject, step: int) -> None:
        foreign = samples.record("a", subject.clock.now(), step)
        assert done(self.commit(subject, Commit(foreign, adopts=True))) == foreign
        assert self.read(subject) == foreign

    @pytest.mark.parametrize("step", [2, 3, 4, 7])
    def test_adoption_overtakes_earlier_steps_alone(self, subject: StoreSubject, step: int) -> None:
        found = self.running(subject, step=3)
        self.mark(subject, Pause("a", "wait", found.updated_at))
        found = self.read(subject) or found
        foreign = samples.record("a", subject.clock.now(), step)._replace(run_id="other")
        result = self.commit(subject, Commit(foreign, adopts=True))
        if step > found.step:
            assert done(result) == foreign._replace(paused=True)
        else:
            assert refused(result) == found

    def test_adoption_does_not_move_what_has_ended(self, subject: StoreSubject) -> None:
        found = self.running(subject)
        aborted = done(self.mark(subject, Abort("a", "stop", found.updated_at)))
        foreign = samples.record("a", subject.clock.now(), 5)
        assert refused(self.commit(subject, Commit(foreign, adopts=True))) == aborted

    def test_repeated_commit_shows_the_writer_its_own_run_id(self, subject: StoreSubject) -> None:
        after = self.next(self.running(subject), run_id="mine")
        done(self.commit(subject, Commit(after)))
        found = refused(self.commit(subject, Commit(after)))
        assert found == after
        assert found is not None
        assert found.run_id == "mine"

    def test_repeated_creation_shows_the_writer_its_own_run_id(self, subject: StoreSubject) -> None:
        first = samples.record("a", subject.clock.now())._replace(run_id="mine")
        done(self.commit(subject, Commit(first)))
        assert refused(self.commit(subject, Commit(first))) == first

    def _with_events(self, subject: StoreSubject, *ids: str) -> Instance:
        found = self.running(subject)
        for name in ids:
            event = InboxEvent(name, "paid", '{"cents": 5}')
            found = done(self.mark(subject, AppendEvent("a", 1, event, found.updated_at)))
        return found

    def _full(self, found: Instance) -> Instance:
        """The next record with something in every field that a commit writes."""
        return self.next(found)._replace(
            definition="d-2", state=samples.TEXT, event="paid", context='{"n": [1, 2.5, null]}', data='{"ok": true}',
            retries=3, work=1, run_id="run-full", position="shard-1:49590338271490256608559692538361571095921575989136",
            not_before=found.updated_at + 0.125, deadline=found.updated_at + 1000.0625, error="tried before",
            started_at=found.started_at + 0.1,
        )  # fmt: skip
