"""Wrong checkpoint stores: their writes."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Barrier, BrokenBarrierError, current_thread, main_thread
from typing import ClassVar

import pytest

from fsm_adapters.memory import MemoryCheckpointStore
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import CheckpointStoreContract, StoreSubject
from fsm_ports import Commit, CommitResult, Committed, Instance, Mark, PortRejected
from fsm_ports.writes import LeaveAttempt, Touch
from tests.contract.broken.rejection import rejected_by

ITEM_BYTES = 409_600
MODEL = "test_random_writes_do_what_the_specification_says"


class OnStore(CheckpointStoreContract):
    wrong: ClassVar[type[MemoryCheckpointStore]]

    @pytest.fixture
    def subject(self) -> StoreSubject:
        store = self.wrong()
        return StoreSubject(clock=VirtualClock(), store=store, damage=store.damage, max_bytes=ITEM_BYTES)


class Patched(MemoryCheckpointStore):
    """A store whose records another hand changes after each commit."""

    def changed(self, before: Instance | None, after: Instance, commit: Commit) -> Instance:
        raise NotImplementedError

    def _commit(self, commit: Commit) -> CommitResult:
        before = self._records.get(commit.instance.correlation_id)
        result = super()._commit(commit)
        if not isinstance(result, Committed):
            return result
        after = self.changed(before if isinstance(before, Instance) else None, result.instance, commit)
        self._records[after.correlation_id] = after
        return Committed(after)


@rejected_by(
    OnStore,
    "test_pause_in_mid_step_stays_over_the_commit",
    "test_adoption_overtakes_earlier_steps_alone",
    "test_paused_record_is_not_delivered_before_it_is_resumed",
    MODEL,
)
class LosesAPauseInMidStep(Patched):
    def changed(self, before: Instance | None, after: Instance, commit: Commit) -> Instance:
        return after._replace(paused=False)


@rejected_by(OnStore, "test_commit_leaves_no_attempts", MODEL)
class KeepsAttempts(Patched):
    def changed(self, before: Instance | None, after: Instance, commit: Commit) -> Instance:
        return after._replace(attempts=before.attempts if before else ())


@rejected_by(
    OnStore,
    "test_inbox_and_seen_ids_stay_over_the_commit",
    "test_taken_event_leaves_the_inbox_and_stays_seen",
    "test_commit_does_not_write_an_inbox_of_its_own",
    MODEL,
)
class EmptiesTheInbox(Patched):
    def changed(self, before: Instance | None, after: Instance, commit: Commit) -> Instance:
        return after._replace(inbox=())


@rejected_by(OnStore, "test_taken_event_leaves_the_inbox_and_stays_seen", MODEL)
class LeavesTheTakenEventInTheInbox(Patched):
    def changed(self, before: Instance | None, after: Instance, commit: Commit) -> Instance:
        return after._replace(inbox=before.inbox if before else after.inbox)


@rejected_by(OnStore, "test_values_of_the_step_before_are_gone_when_the_next_has_none", MODEL)
class KeepsTheErrorOfTheStepBefore(Patched):
    def changed(self, before: Instance | None, after: Instance, commit: Commit) -> Instance:
        keep = before is not None and commit.expected is not commit.expected.FAILED
        return after._replace(error=after.error or (before.error if before and keep else None))


@rejected_by(
    OnStore,
    "test_repeated_commit_shows_the_writer_its_own_run_id",
    "test_repeated_creation_shows_the_writer_its_own_run_id",
)
class TakesARepeatForAnError(MemoryCheckpointStore):
    def _commit(self, commit: Commit) -> CommitResult:
        found = self._records.get(commit.instance.correlation_id)
        if isinstance(found, Instance) and found.run_id == commit.instance.run_id == "mine":
            return PortRejected("this run has committed already")
        return super()._commit(commit)


@rejected_by(
    OnStore,
    "test_of_writers_that_race_for_a_step_exactly_one_wins",
    "test_of_callers_that_race_to_start_exactly_one_wins",
)
class ReadsBeforeItWrites(MemoryCheckpointStore):
    """Two who read at one moment both find the step free, and the second overwrites the first."""

    def __init__(self) -> None:
        super().__init__()
        self._meeting = Barrier(2)

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        found = {c.instance.correlation_id: self._records.get(c.instance.correlation_id) for c in commits}
        racing = [c for c in commits if c.instance.run_id.startswith("run-")]
        free = [self._next(found[c.instance.correlation_id], c) for c in racing]
        if current_thread() is not main_thread() and racing and all(free):
            try:
                self._meeting.wait(0.05)
            except BrokenBarrierError:
                self._meeting.reset()
            else:
                with self._lock:
                    self._records.update({name: old for name, old in found.items() if old is not None})
                    for name in [name for name, old in found.items() if old is None]:
                        self._records.pop(name, None)
                    return super().commit(commits)
        return super().commit(commits)

    def _next(self, found: object, commit: Commit) -> bool:
        return commit.instance.step == (found.step + 1 if isinstance(found, Instance) else 0)


@rejected_by(OnStore, "test_record_too_large_is_rejected_and_fails_no_other")
class FailsTheWholeBatchForOne(MemoryCheckpointStore):
    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        before = dict(self._records)
        results = super().commit(commits)
        if any(isinstance(result, PortRejected) for result in results):
            self._records = before
            return [PortRejected("the batch is too large")] * len(results)
        return results


@rejected_by(
    OnStore,
    "test_touch_wins_once_an_age",
    "test_every_mark_applies_exactly_where_its_condition_holds",
    "test_of_timers_that_race_to_touch_exactly_one_wins",
    MODEL,
)
class TouchesWhateverTheAge(MemoryCheckpointStore):
    def _mark(self, mark: Mark) -> CommitResult:
        found = self._records.get(mark.correlation_id)
        if isinstance(mark, Touch) and isinstance(found, Instance):
            mark = mark._replace(updated_at=found.updated_at)
        return super()._mark(mark)


@rejected_by(OnStore, "test_attempts_of_several_runs_stand_side_by_side")
class LeavesForEverybody(MemoryCheckpointStore):
    def _mark(self, mark: Mark) -> CommitResult:
        result = super()._mark(mark)
        if isinstance(mark, LeaveAttempt) and isinstance(result, Committed):
            result = Committed(result.instance._replace(attempts=()))
            self._records[mark.correlation_id] = result.instance
        return result


@rejected_by(OnStore, "test_adoption_makes_a_record_at_any_step", "test_adoption_overtakes_earlier_steps_alone", MODEL)
class AdoptsStartsAlone(MemoryCheckpointStore):
    def _commit(self, commit: Commit) -> CommitResult:
        return super()._commit(commit._replace(adopts=commit.adopts and commit.instance.step == 0))


@rejected_by(
    OnStore, "test_adoption_does_not_move_what_has_ended", "test_adoption_overtakes_earlier_steps_alone", MODEL
)
class AdoptsWhatHasEnded(MemoryCheckpointStore):
    def _commit(self, commit: Commit) -> CommitResult:
        found = self._records.get(commit.instance.correlation_id)
        if commit.adopts and isinstance(found, Instance) and found.step < commit.instance.step:
            self._records.pop(found.correlation_id)
        return super()._commit(commit)
