"""What a suspect asks its store, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain import RetryPolicy, Step
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.runtime.job import job_of
from fsm_domain.runtime.recall import _may_lag
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.instance import Attempt, InboxEvent, Instance, Status, as_message
from fsm_ports.messages import ACK, NACK, Delivery, Outcome
from fsm_ports.results import CommitResult, Refused
from fsm_ports.writes import EnterAttempt, LeaveAttempt, Mark
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line

DOWN = PortUnavailable("down")


class Asked(MemoryCheckpointStore):
    """Notes what it is asked; gives `answers` to marks while there are any."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[Sequence[str], Sequence[str]]] = []
        self.marks: list[Mark] = []
        self.answers: list[CommitResult] = []
        self.shown: list[Instance | None | PortError] = []

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        self.reads.append((list(correlation_ids), list(homes)))
        return self.shown or super().read(correlation_ids, homes)

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        self.marks += marks
        return [self.answers.pop(0)] if self.answers else super().mark(marks)


class Bench:
    """A machine at step 1 of three, and its message."""

    def __init__(self, *, fails: bool = False, retry: RetryPolicy | None = None) -> None:
        self.runs: list[int] = []
        self.fails = fails
        self.store = Asked()
        self.world = World(line(self._act, self._act, self._act, retry=retry or RetryPolicy()))
        self.world.with_runtime(store=self.store)
        self.world.client.start("line", {}, correlation_id="a")
        self.fails, fails = False, self.fails
        self.world.work()
        self.world.work()
        self.fails = fails
        self.record = self.world.read("a")
        assert self.record.step == 2
        self.runs.clear()
        self.store.reads.clear()

    def handle(self, *, died: bool = False, **message: Any) -> Outcome:  # noqa: ANN401 - the fields of an instance
        changed = as_message(self.record)._replace(**message)
        delivery = Delivery(changed, None, "p-9", 1, maybe_died=died)
        (outcome,) = self.world.dispatcher.handle([delivery], self.world.clock.now() + 30.0)
        return outcome

    def _act(self, context: Context, step: Step) -> str:
        self.runs.append(step.number)
        if self.fails:
            raise ValueError("as told")
        return "next"


def test_a_clean_message_asks_nothing_before_it_runs() -> None:
    bench = Bench()
    assert bench.handle() is ACK
    assert (bench.store.reads, bench.store.marks, bench.runs) == ([], [], [2])


def test_a_suspect_reads_its_record_at_its_home_and_writes_nothing() -> None:
    bench = Bench()
    assert bench.handle(context=None) is ACK
    assert (bench.store.reads, bench.store.marks, bench.runs) == ([(["a"], [""])], [], [2])


@pytest.mark.parametrize("died", [True, False])
def test_who_may_follow_a_dead_holder_enters_and_leaves_at_its_own_step(died: bool) -> None:
    bench = Bench(fails=True)
    assert bench.handle(died=died, context=None) is ACK
    entered = [mark for mark in bench.store.marks if isinstance(mark, EnterAttempt)]
    left = [mark for mark in bench.store.marks if isinstance(mark, LeaveAttempt)]
    if not died:
        assert (entered, left) == ([], [])
        return
    ((enter,), (leave,)) = entered, left
    assert enter == EnterAttempt("a", 2, Attempt(leave.run_id, bench.world.clock.now() + 30.0), "")
    assert leave == LeaveAttempt("a", 2, leave.run_id, "")
    assert bench.world.read("a").attempts == ()


def test_a_record_that_cannot_be_read_is_no_reason_to_run() -> None:
    bench = Bench()
    bench.store.shown = [DOWN]
    assert bench.handle(context=None) is NACK
    assert bench.runs == []
    assert bench.store.marks == []


@pytest.mark.parametrize("stop", ["pause", "fail", "abort"])
def test_what_is_paused_or_at_rest_runs_nothing(stop: str) -> None:
    bench = Bench(fails=True, retry=RetryPolicy(max_retries=0))
    if stop == "fail":
        bench.handle()
        bench.runs.clear()
    elif stop == "pause":
        bench.world.operator.pause("a")
    else:
        bench.world.operator.abort("a")
    for died in (True, False):
        assert bench.handle(died=died, context=None) is ACK
    assert bench.runs == []


def test_deaths_before_count_for_a_retry_that_nobody_died_of() -> None:
    bench = Bench(retry=RetryPolicy(max_retries=1))
    past = bench.world.clock.now() - 1.0
    bench.store.mark([EnterAttempt("a", 2, Attempt(name, past)) for name in ("x", "y")])
    assert bench.handle(not_before=bench.world.clock.now()) is ACK
    record = bench.world.read("a")
    assert (record.status, bench.runs) == (Status.FAILED, [])
    assert "2 times" in (record.error or "")


@pytest.mark.parametrize(("until", "status"), [(0.0, Status.FAILED), (1.0, Status.RUNNING)])
def test_who_is_still_at_work_is_not_dead(until: float, status: Status) -> None:
    bench = Bench(retry=RetryPolicy(max_retries=0))
    bench.store.mark([EnterAttempt("a", 2, Attempt("x", bench.world.clock.now() + until))])
    bench.handle(died=True)
    assert bench.world.read("a").status is (status if status is Status.FAILED else Status.RUNNING)
    assert bench.runs == ([] if status is Status.FAILED else [2])


def test_retries_of_message_and_record_count_as_the_greater_of_both() -> None:
    bench = Bench(fails=True, retry=RetryPolicy(max_retries=1))
    assert bench.handle(context=None, retries=1) is ACK
    assert bench.world.read("a").status is Status.FAILED


def test_an_entry_whose_answer_is_lost_is_made_again_and_one_that_stays_unknown_gives_back() -> None:
    bench = Bench()
    bench.store.answers = [OutcomeUnknown("time-out")]
    assert bench.handle(died=True) is ACK
    assert (len(bench.store.marks), bench.runs) == (2, [2])
    assert bench.store.marks[0] == bench.store.marks[1]
    bench = Bench()
    bench.store.answers = [OutcomeUnknown("time-out"), OutcomeUnknown("time-out")]
    assert bench.handle(died=True) is NACK
    assert bench.runs == []
    kinds = [type(mark) for mark in bench.store.marks]
    assert kinds == [EnterAttempt, EnterAttempt, LeaveAttempt]  # it may have been entered


def test_an_entry_that_the_store_could_not_take_is_not_tried_twice() -> None:
    bench = Bench()
    bench.store.answers = [DOWN]
    assert bench.handle(died=True) is NACK
    assert [type(mark) for mark in bench.store.marks] == [EnterAttempt, LeaveAttempt]


def test_an_entry_that_is_refused_leaves_the_step_to_whoever_has_done_it() -> None:
    bench = Bench()
    bench.store.answers = [Refused(bench.record._replace(step=3, status=Status.COMPLETED, position="another"))]
    assert bench.handle(died=True) is ACK
    assert bench.runs == []
    assert [type(mark) for mark in bench.store.marks] == [EnterAttempt]
    assert bench.world.metrics.counted("duplicate") == 1


def test_deaths_that_an_entry_shows_count() -> None:
    """The read may be older than the entry."""
    bench = Bench(retry=RetryPolicy(max_retries=0))
    past = bench.world.clock.now() - 1.0
    bench.store.mark([EnterAttempt("a", 2, Attempt("x", past))])
    bench.store.shown = [bench.record]
    bench.handle(died=True)
    bench.store.shown = []
    assert bench.world.read("a").status is Status.FAILED


def test_a_timer_after_a_death_fires_and_enters_nothing() -> None:
    store = Asked()
    world = World(approval()).with_runtime(store=store)
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    world.clock.advance(9e9)
    timer = Delivery(as_message(world.read("a")), None, "p-9", 2, maybe_died=True)
    assert list(world.dispatcher.handle([timer], world.clock.now() + 30.0)) == [ACK]
    assert (world.read("a").step, store.marks) == (3, [])


def test_a_message_ahead_of_what_is_read_asks_by_a_write_to_its_home() -> None:
    bench = Bench()
    bench.store.shown = [None]
    bench.handle(context=None, step=5, home="")
    (asked, *_) = bench.store.marks
    assert isinstance(asked, LeaveAttempt)
    assert (asked.correlation_id, asked.step, asked.home) == ("a", 5, "")
    assert asked.run_id


def test_where_that_write_fails_too_the_message_is_given_back_and_not_quarantined() -> None:
    bench = Bench()
    bench.store.shown, bench.store.answers = [None], [DOWN]
    assert bench.handle(context=None) is NACK
    assert bench.world.dead.receive(1, bench.world.clock.now() + 1.0) == []
    assert bench.runs == []


def test_a_suspect_of_the_second_home_asks_there() -> None:
    first, second = Asked(), Asked()
    world = World(line(lambda context, step: "next"))
    world.with_runtime(store=HomedCheckpointStore(first, second), homes=("", "2"))
    record = world.client.start("line", {}, correlation_id="a@2")
    second.shown = [None]
    delivery = Delivery(as_message(record), None, "p-1", 2, maybe_died=True)
    assert list(world.dispatcher.handle([delivery], world.clock.now() + 30.0)) == [ACK]
    assert (first.reads, first.marks) == ([], [])
    assert [type(mark) for mark in second.marks] == [LeaveAttempt, EnterAttempt]
    assert {mark.home for mark in second.marks} == {"2"}
    second.shown = []
    assert world.read("a@2").step == 1


RUNS = Instance("m", "a", "d", 4, Status.RUNNING, False, "s", "e", "{}", run_id="r")
WAITS = RUNS._replace(status=Status.WAITING)


@pytest.mark.parametrize(
    ("read", "message", "lags"),
    [
        (DOWN, RUNS, False),
        (None, RUNS, True),
        (RUNS._replace(step=3), RUNS, True),
        (RUNS, RUNS, False),
        (RUNS._replace(step=5), RUNS, False),
        (WAITS, WAITS, True),
        (WAITS._replace(inbox=(InboxEvent("e", "go"),)), WAITS, False),
        (WAITS._replace(deadline=9.0), WAITS, False),
        (WAITS._replace(step=5), WAITS, False),
    ],
)
def test_a_read_may_lag_where_it_would_lose_something(
    read: Instance | None | PortError, message: Instance, lags: bool
) -> None:
    assert _may_lag(read, message) is lags


CLEAN = Delivery(RUNS._replace(updated_at=100.0), None, "p-1")


@pytest.mark.parametrize(
    ("delivery", "adopt", "suspect"),
    [
        (CLEAN, False, False),
        (CLEAN, True, False),
        (CLEAN._replace(maybe_died=True), False, True),
        (CLEAN._replace(message=RUNS._replace(updated_at=100.0, context=None)), False, True),
        (CLEAN._replace(message=RUNS._replace(updated_at=100.0, not_before=0.5)), False, True),
        (CLEAN._replace(message=WAITS._replace(updated_at=100.0)), False, True),
        (CLEAN._replace(message=RUNS._replace(updated_at=99.0)), False, True),
        (CLEAN._replace(message=RUNS._replace(updated_at=100.0, run_id="")), False, False),
        (CLEAN._replace(message=RUNS._replace(updated_at=100.0, run_id="")), True, True),
    ],
)
def test_who_is_a_suspect(delivery: Delivery, adopt: bool, suspect: bool) -> None:
    assert isinstance(delivery.message, Instance)
    assert job_of(delivery, delivery.message, adopt=adopt, old=100.0).suspect is suspect
    assert job_of(delivery, delivery.message).suspect is (suspect and not adopt and delivery.message.updated_at == 100)
    assert not job_of(CLEAN, RUNS._replace(updated_at=0.5)).suspect
