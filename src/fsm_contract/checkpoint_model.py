"""Suite of the port CheckpointStore: random writes, compared with the specification in executable form."""

from __future__ import annotations

import pytest

from fsm_contract import samples
from fsm_contract.store import StoreSubject, StoreSuite
from fsm_contract.suite import Dice, seeds
from fsm_ports import Attempt, Commit, CommitResult, Committed, InboxEvent, Instance, Mark, Refused, Status
from fsm_ports.writes import (
    Abort,
    AppendEvent,
    EnterAttempt,
    Fail,
    LeaveAttempt,
    Pause,
    Resume,
    Touch,
    committed,
    marked,
)

IDS = ("a", "b", "c", "d")
BATCHES = 300
STATUSES = (Status.RUNNING, Status.RUNNING, Status.RUNNING, Status.WAITING, Status.COMPLETED, Status.FAILED)


class CheckpointModel(StoreSuite):
    """Part of `CheckpointStoreContract`."""

    @pytest.mark.parametrize("seed", seeds(usual=4, full=100))
    def test_random_writes_do_what_the_specification_says(self, subject: StoreSubject, seed: int) -> None:
        model: dict[str, Instance] = {}
        author = _Author(seed, subject.clock.now())
        for number in range(BATCHES):
            writes = author.batch(model)
            results = self._write(subject, writes)
            expected = [self._apply(model, write) for write in writes]
            assert results == expected, f"seed {seed}, batch {number}: {writes}"
            if number % 5 == 0:
                assert list(subject.store.read(IDS)) == [model.get(name) for name in IDS], (
                    f"seed {seed}, batch {number}"
                )
        assert list(subject.store.read(IDS)) == [model.get(name) for name in IDS], f"seed {seed}"

    def _write(self, subject: StoreSubject, writes: list[Commit] | list[Mark]) -> list[CommitResult]:
        commits = [write for write in writes if isinstance(write, Commit)]
        marks = [write for write in writes if not isinstance(write, Commit)]
        return [*subject.store.commit(commits), *subject.store.mark(marks)]

    def _apply(self, model: dict[str, Instance], write: Commit | Mark) -> CommitResult:
        name = write.instance.correlation_id if isinstance(write, Commit) else write.correlation_id
        found = model.get(name)
        after = committed(found, write) if isinstance(write, Commit) else marked(found, write)
        if after is None:
            return Refused(found)
        model[name] = after
        return Committed(after)


class _Author:
    """Writes that mostly hold, and miss by one in every way."""

    def __init__(self, seed: int, now: float) -> None:
        self._dice, self._now, self._runs = Dice(seed), now, 0

    def batch(self, model: dict[str, Instance]) -> list[Commit] | list[Mark]:
        self._now += self._dice.below(1000) / 64
        first = self._dice.below(len(IDS))
        names = [IDS[(first + n) % len(IDS)] for n in range(1 + self._dice.below(3))]
        if self._dice.chance(30):
            return [self._commit(name, model.get(name)) for name in names]
        return [self._mark(name, model.get(name)) for name in names]

    def _commit(self, name: str, found: Instance | None) -> Commit:
        dice = self._dice
        if found is None:
            first = samples.record(name, self._now)
            first = first._replace(step=dice.one_of((0, 0, 0, 1)), run_id=self._run(), attempts=self._attempts())
            return Commit(first, adopts=dice.chance(5))
        step = found.step + dice.one_of((1, 1, 1, 1, 1, 0, 2, -found.step))
        status = dice.one_of(STATUSES)
        after = samples.record(name, self._now, step, status)._replace(
            context=dice.one_of((None, "{}", '{"name": "žluťoučký"}', samples.text_of(2000))),
            data=dice.one_of((None, '"paid"')), retries=dice.below(4), work=dice.below(step + 1), run_id=self._run(),
            position=dice.one_of(("", "p-1", "shard-1:00017")), deadline=dice.one_of((0.0, self._now + 30.5)),
            attempts=self._attempts(), error=dice.one_of((None, samples.TEXT)),
        )  # fmt: skip
        if step > 0:
            after = after._replace(paused=dice.chance(30), inbox=(InboxEvent("forged", "x"),), seen=("forged",))
        expected = found.status if dice.chance(85) else dice.one_of(list(Status))
        known = [event.id for event in found.inbox]
        taken = dice.one_of(("", "", f"e-{dice.below(8)}", *known, *known))
        return Commit(after, expected, taken=taken, adopts=dice.chance(5))

    def _mark(self, name: str, found: Instance | None) -> Mark:
        dice, now = self._dice, self._now
        step = (found.step if found else 0) + dice.one_of((0, 0, 0, 0, 0, 0, 1, -1))
        updated_at = (found.updated_at if found else now) - dice.one_of((0, 0, 0, 1))
        entered = [attempt.run_id for attempt in found.attempts] if found else []
        size = dice.one_of((None, None, 10, 30_000))
        event = InboxEvent(f"e-{dice.below(8)}", "paid", None if size is None else samples.text_of(size))
        marks: list[Mark] = [
            Pause(name, "", now),
            Resume(name, "", now),
            Resume(name, "", now),
            Touch(name, step, updated_at, now),
            EnterAttempt(name, step, Attempt(f"run-{dice.below(4)}", now + dice.below(50))),
            EnterAttempt(name, step, Attempt(f"run-{dice.below(4)}", now + dice.below(50))),
            LeaveAttempt(name, step, dice.one_of((f"run-{dice.below(4)}", *entered))),
            AppendEvent(name, step, event, now),
            AppendEvent(name, step, event, now),
            Fail(name, step, samples.TEXT, now),
        ]
        if dice.chance(3):
            marks.append(Abort(name, "enough", now))
        return dice.one_of(marks)

    def _attempts(self) -> tuple[Attempt, ...]:
        return self._dice.one_of(((), (Attempt("forged", 1.0),)))

    def _run(self) -> str:
        self._runs += 1
        return f"run-{self._runs}"
