"""What nobody can handle: with the dead letters, or its record failed, or given back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_domain.failover.post import Post
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable
from fsm_ports.history_log import Happened, HistoryEntry
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import ACK, NACK, Delivery, Outcome, Outgoing, Unreadable
from fsm_ports.results import CommitResult, Sent
from fsm_ports.writes import Commit, Fail, Mark
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.world import World, line, says

DOWN = PortUnavailable("down")
KNOWN, UNKNOWN = "a", "nobody"


class Marks(MemoryCheckpointStore):
    """Answers marks with `answer` where there is one."""

    answer: PortError | None = None

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return super().mark(marks) if self.answer is None else [self.answer] * len(marks)


class Ward:
    """One message of a state that is no more, with its record or without."""

    def __init__(self) -> None:
        self.store, self.dead = Marks(), RecordedRoad()
        self.world = World(line(says("next"), says("next"))).with_runtime(store=self.store)
        self.message = self.world.client.start("line", {}, correlation_id=KNOWN)._replace(state="gone", event="x")

    def handle(self, correlation_id: str = KNOWN, *, dead_letters: bool = True) -> Outcome:
        letters = [self.dead] if dead_letters else []
        self.world.with_runtime(post=Post(self.world.clock, [RecordedRoad(900.0)], [], letters))
        delivery = Delivery(self.message._replace(correlation_id=correlation_id), None, "p-1")
        (outcome,) = self.world.dispatcher.handle([delivery], self.world.clock.now() + 30.0)
        return outcome


def test_the_letter_bears_its_reason_and_position_and_the_record_fails_for_the_same() -> None:
    ward = Ward()
    assert ward.handle() is ACK
    reason = "machine 'line' has no state 'gone'"
    assert ward.dead.carried == [Outgoing(ward.message._replace(error=reason, position="p-1"))]
    record = ward.world.read("a")
    assert (record.status, record.error) == (Status.FAILED, reason)
    (figure,) = [figure for figure in ward.world.metrics.figures if figure.name == "quarantined"]
    assert (figure.machine, figure.state, figure.event) == ("line", "gone", "x")


@pytest.mark.parametrize(
    ("correlation_id", "dead_letters", "buried", "marked", "outcome"),
    [
        (KNOWN, False, None, None, ACK),
        (KNOWN, True, DOWN, None, ACK),
        (KNOWN, True, None, DOWN, NACK),
        (UNKNOWN, True, None, None, ACK),
        (UNKNOWN, True, DOWN, None, NACK),
        (UNKNOWN, False, None, None, NACK),
    ],
)
def test_it_is_acknowledged_once_its_record_has_failed_or_it_is_a_letter_and_has_no_record(
    correlation_id: str, dead_letters: bool, buried: PortError | None, marked: PortError | None, outcome: Outcome
) -> None:
    ward = Ward()
    ward.dead.error, ward.store.answer = buried, marked
    assert ward.handle(correlation_id, dead_letters=dead_letters) is outcome


def test_a_copy_of_what_has_failed_the_record_is_acknowledged() -> None:
    ward = Ward()
    assert ward.handle(dead_letters=False) is ACK
    assert ward.handle(dead_letters=False) is ACK


def test_a_copy_of_a_message_that_has_been_run_elsewhere_needs_a_letter() -> None:
    ward = Ward()
    ward.world.work()
    assert ward.handle(dead_letters=False) is NACK
    assert ward.handle(dead_letters=True) is ACK


@pytest.mark.parametrize(("error", "outcome"), [(None, ACK), (DOWN, NACK)])
def test_what_cannot_be_read_is_kept_by_its_source_where_no_letter_holds_it(
    error: PortError | None, outcome: Outcome
) -> None:
    ward = Ward()
    ward.dead.error = error
    ward.world.with_runtime(post=Post(ward.world.clock, [RecordedRoad()], [], [ward.dead]))
    spoilt, good = Delivery(Unreadable("{", "cut off"), None, "p-1"), Delivery(ward.message, None, "p-2")
    outcomes = ward.world.dispatcher.handle([spoilt, good._replace(message=ward.world.read("a"))], 1e12)
    assert list(outcomes) == [outcome, ACK]
    (figure,) = [figure for figure in ward.world.metrics.figures if figure.name == "quarantined"]
    assert (figure.machine, figure.state, figure.event) == ("", "", "")


class Refuses(MemoryCheckpointStore):
    """Rejects the commits of runs, as too large."""

    def __init__(self, error: PortError) -> None:
        super().__init__()
        self.error, self.commits = error, 0

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        if all(commit.instance.step == 0 for commit in commits):
            return super().commit(commits)
        self.commits += 1
        return [self.error] * len(commits)


def test_a_step_that_the_store_can_never_take_fails_the_machine() -> None:
    store = Refuses(PortRejected("too large"))
    world = World(line(says("next"))).with_runtime(store=store)
    world.client.start("line", {}, correlation_id="a")
    world.clock.advance(5.0)
    assert list(world.work()) == [ACK]
    record = world.read("a")
    assert (record.status, record.step, record.updated_at) == (Status.FAILED, 0, world.clock.now())
    assert "too large" in (record.error or "")
    assert [entry.happened for entry in world.told("a")] == [Happened.STARTED, Happened.FAILED]


@pytest.mark.parametrize(("error", "commits"), [(PortUnavailable("down"), 1), (OutcomeUnknown("time-out"), 2)])
def test_a_step_that_could_not_be_written_is_given_back_and_only_the_unknown_is_asked_for_again(
    error: PortError, commits: int
) -> None:
    store = Refuses(error)
    world = World(line(says("next"))).with_runtime(store=store)
    world.client.start("line", {}, correlation_id="a")
    assert list(world.work()) == [NACK]
    assert store.commits == commits
    assert [entry.happened for entry in world.told("a")] == [Happened.STARTED]


def test_a_failure_that_could_not_be_written_is_given_back_and_asked_for_again_where_it_is_unknown() -> None:
    class Counts(Marks):
        fails = 0

        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            self.fails += any(isinstance(mark, Fail) for mark in marks)
            return super().mark(marks)

    store = Counts()
    world = World(line(says("nonsense"))).with_runtime(store=store)
    world.client.start("line", {}, correlation_id="a")
    store.answer = OutcomeUnknown("time-out")
    assert list(world.work()) == [NACK]
    assert store.fails == 2
    assert [entry.happened for entry in world.told("a")] == [Happened.STARTED]
    assert world.metrics.counted("nacked", "line", "pseudo_init") == 1


def test_a_batch_is_written_in_one_call_of_each_kind_and_each_gets_its_own_answer() -> None:
    calls: list[tuple[str, int]] = []

    class Counts(MemoryCheckpointStore):
        def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
            calls.append(("commit", len(commits)))
            return super().commit(commits)

        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            calls.append(("mark", len(marks)))
            return super().mark(marks)

    world = World(line(says("next"), name="good"), line(says("nonsense"), name="bad")).with_runtime(store=Counts())
    for n, name in enumerate(["bad", "good", "bad", "good"]):
        world.client.start(name, {}, correlation_id=f"m{n}")
    calls.clear()
    assert list(world.work()) == [ACK] * 4
    assert sorted(calls) == [("commit", 2), ("mark", 2)]
    assert [world.read(f"m{n}").status for n in range(4)] == [
        Status.FAILED, Status.RUNNING, Status.FAILED, Status.RUNNING,
    ]  # fmt: skip


def test_the_history_is_told_in_one_call_and_not_by_us_where_the_store_keeps_it() -> None:
    class Counts(MemoryHistoryLog):
        def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
            appended.append(len(entries))
            return super().append(entries)

    appended: list[int] = []
    history = Counts()
    world = World(line(says("next"), says("next"))).with_runtime(history=history)
    for name in "ab":
        world.client.start("line", {}, correlation_id=name)
    appended.clear()
    world.work()
    assert appended == [2]
    kept = World(line(says("next"))).with_runtime(store=MemoryCheckpointStore(history), history=history)
    kept.client.start("line", {}, correlation_id="c")
    kept.run(5.0)
    entries = history.read("c")
    assert not isinstance(entries, PortError)
    assert [entry.happened for entry in entries] == [Happened.STARTED, Happened.STEP, Happened.STEP]


def test_what_ends_is_timed_from_its_start() -> None:
    world = World(line(says("next")))
    world.client.start("line", {}, correlation_id="a")
    world.work()
    world.clock.advance(42.0)
    world.work()
    (figure,) = [figure for figure in world.metrics.figures if figure.name == "machine"]
    assert (figure.machine, figure.state, figure.value) == ("line", "end", 42.0)
    (figure,) = [figure for figure in world.metrics.figures if figure.name == "completed"]
    assert (figure.machine, figure.state) == ("line", "end")


def test_a_message_of_an_instance_is_what_is_buried() -> None:
    ward = Ward()
    ward.handle(UNKNOWN)
    (letter,) = ward.dead.carried
    assert isinstance(letter.message, Instance)
    assert letter.message.correlation_id == UNKNOWN


def test_who_was_never_started_is_told_so() -> None:
    ward = Ward()
    ward.message = ward.message._replace(state="pseudo_init", event="pseudo_init", context=None)
    assert ward.handle(UNKNOWN) is ACK
    (letter,) = ward.dead.carried
    assert isinstance(letter.message, Instance)
    said = "no record of 'nobody': it was never started here, or its record was deleted"
    assert letter.message.error == said


def test_nothing_is_told_beside_a_store_that_keeps_the_history() -> None:
    beside = MemoryHistoryLog()
    world = World(line(says("next"), says("nonsense")))
    world.with_runtime(store=MemoryCheckpointStore(MemoryHistoryLog()), history=beside)
    world.client.start("line", {}, correlation_id="a")
    world.run(5.0)
    assert world.read("a").status is Status.FAILED
    assert beside.read("a") == []
