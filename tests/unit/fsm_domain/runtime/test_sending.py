"""Outside events that race with a machine that moves, and reports of who does not know the machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.memory.stream import MemoryStream
from fsm_domain import FinalState, Machine, State
from fsm_domain.failover.post import Post
from fsm_domain.runtime.errors import Conflict
from fsm_ports.errors import OutcomeUnknown, PortError, PortUnavailable
from fsm_ports.history_log import Happened
from fsm_ports.instance import Attempt, InboxEvent, Instance, Status
from fsm_ports.messages import ACK, Outgoing
from fsm_ports.results import CommitResult, Refused
from fsm_ports.writes import Abort, AppendEvent, Commit, EnterAttempt, Fail, Mark, Pause, Resume, Touch
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


class Moves(MemoryCheckpointStore):
    """Lets `before` happen before each mark, so often at most."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], object] = lambda: None
        self.times = 0

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        if self.times and any(isinstance(mark, AppendEvent) for mark in marks):
            self.times -= 1
            self.before()
        return super().mark(marks)


def moving(times: int) -> World:
    """A machine that goes round and round, a step before each of the next so many marks."""
    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context](
        "m", dict, initial="a",
        states=[state("a").on("next", "b").on("stop", "end").do(says("next")),
                state("b").on("next", "a").do(says("next")), final("end")],
    )  # fmt: skip
    store = Moves()
    world = World(machine).with_runtime(store=store)
    world.client.start("m", {}, correlation_id="a")
    store.before, store.times = world.work, times
    return world


ACTS: dict[str, Callable[[World], str]] = {
    "send": lambda world: world.operator.send("a", "stop", event_id="e1"),
    "report": lambda world: world.operator.report("a", "stop", None, "e1", 99),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_event_is_offered_eight_times_to_a_machine_that_moves(act: Callable[[World], str]) -> None:
    world = moving(7)
    assert act(world) == "inbox"
    assert (world.read("a").step, [event.id for event in world.read("a").inbox]) == (7, ["e1"])
    with pytest.raises(Conflict, match="'stop' to 'a': it moved 8 times meanwhile"):
        act(moving(8))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_event_that_was_kept_is_known_when_it_comes_again(act: Callable[[World], str]) -> None:
    world = moving(0)
    assert [act(world), act(world)] == ["inbox", "seen"]
    assert world.read("a").inbox == (InboxEvent("e1", "stop"),)


class Gone(MemoryCheckpointStore):
    """Has no record any more when it is written to."""

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return [Refused(None)] * len(marks)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_record_that_is_gone_keeps_no_event(act: Callable[[World], str]) -> None:
    world = moving(0)
    gone = Gone()
    gone.commit([Commit(world.read("a"))])
    with pytest.raises(Conflict, match="cannot keep 'stop' for: the record is gone"):
        act(world.with_runtime(store=gone))


def waits() -> tuple[World, RecordedRoad]:
    """A machine at step 1 that waits for ever for `go`; and the road for what is sent from now on."""
    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context]("m", dict, initial="wait", states=[state("wait").on("go", "end"), final("end")])
    world, road = World(machine), RecordedRoad(900.0)
    world.client.start("m", {}, correlation_id="a")
    world.run(5.0)
    return world.with_runtime(post=Post(world.clock, [RecordedRoad()], [road])), road


def test_a_report_is_kept_and_a_worker_called_to_look_at_it_and_called_again_when_it_is_repeated() -> None:
    world, road = waits()
    waiting, now = world.read("a"), world.clock.now()
    assert world.operator.report("a", "go", '"done"', "e1", 1) == "inbox"
    assert world.read("a").inbox == (InboxEvent("e1", "go", '"done"'),)
    call = Outgoing(waiting._replace(position="", not_before=now), now)
    assert road.carried == [call]
    assert world.operator.report("a", "go", '"done"', "e1", 1) == "seen"
    assert road.carried == [call, call]


def test_a_report_whose_call_no_road_takes_is_to_be_repeated() -> None:
    world, _ = waits()
    world.with_runtime(post=Post(world.clock, [RecordedRoad(error=PortUnavailable("down"))]))
    with pytest.raises(PortUnavailable):
        world.operator.report("a", "go", None, "e1", 1)


def test_nobody_is_called_to_a_machine_that_is_paused_or_runs() -> None:
    world, road = waits()
    world.operator.pause("a")
    assert world.operator.report("a", "go", None, "e1", 1) == "inbox"
    assert road.carried == []
    running = World(line(says("next"), says("next")))
    running.client.start("line", {}, correlation_id="a")
    running.with_runtime(post=Post(running.clock, [road]))
    assert running.operator.report("a", "next", None, "e1", 0) == "inbox"
    assert road.carried == []


@pytest.mark.parametrize(("expected", "conflicts"), [(0, True), (1, False), (2, False)])
def test_a_report_for_a_step_that_is_behind_conflicts(expected: int, conflicts: bool) -> None:
    world, _ = waits()
    if conflicts:
        with pytest.raises(Conflict, match="cannot report 'go' to 'a': it is waiting in state 'wait' at step 1"):
            world.operator.report("a", "go", None, "e1", expected)
    else:
        assert world.operator.report("a", "go", None, "e1", expected) == "inbox"


@pytest.mark.parametrize(("expected", "conflicts"), [(0, True), (1, False), (None, False)])
def test_an_event_for_a_step_that_is_behind_conflicts(expected: int | None, conflicts: bool) -> None:
    world, _ = waits()
    if conflicts:
        with pytest.raises(Conflict, match="cannot send 'go' to 'a'"):
            world.operator.send("a", "go", expect_step=expected)
    else:
        assert world.operator.send("a", "go", expect_step=expected) == "taken"


def test_an_event_that_was_taken_is_sent_on_again_when_it_is_repeated() -> None:
    world, _ = waits()
    road = RecordedRoad()
    world.with_runtime(post=Post(world.clock, [road]))
    assert [world.operator.send("a", "go", None, "e1") for _ in range(2)] == ["taken", "taken"]
    assert len(road.carried) == 2
    assert road.carried[0] == road.carried[1]


def test_events_without_an_id_are_different_ones() -> None:
    world = moving(0)
    assert [world.operator.send("a", "stop") for _ in range(2)] == ["inbox", "inbox"]
    assert len(world.read("a").inbox) == 2


class Unsure(MemoryCheckpointStore):
    """The answer to the first write of each kind is lost; `done`: after it took place."""

    def __init__(self, *, done: bool) -> None:
        super().__init__()
        self.done, self.lost = done, set[str]()

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return self._answer(
            f"commit {commits[0].instance.step}", lambda: super(Unsure, self).commit(commits), len(commits)
        )

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._answer(type(marks[0]).__name__, lambda: super(Unsure, self).mark(marks), len(marks))

    def _answer(self, what: str, write: Callable[[], Sequence[CommitResult]], items: int) -> Sequence[CommitResult]:
        if what in self.lost:
            return write()
        self.lost.add(what)
        if self.done:
            write()
        return [OutcomeUnknown("time-out")] * items


@pytest.mark.parametrize("done", [True, False])
def test_every_act_survives_a_lost_answer(done: bool) -> None:
    world = World(approval()).with_runtime(store=Unsure(done=done))
    world.client.start("approval", {}, correlation_id="a")
    world.operator.pause("a", "audit")
    assert world.read("a").paused
    world.operator.resume("a")
    assert not world.read("a").paused
    world.operator.restore("a")
    world.run(5.0)
    assert world.read("a").status is Status.WAITING
    assert world.operator.send("a", "yes", None, "e1") == "taken"
    world.operator.abort("a", "enough")
    assert (world.read("a").status, world.read("a").error) == (Status.ABORTED, "enough")
    assert [entry.happened for entry in world.told("a")].count(Happened.EVENT) == 1
    assert [entry.happened for entry in world.told("a")].count(Happened.ABORTED) == 1
    assert [entry.happened for entry in world.told("a")].count(Happened.RESUMED) == 1


def test_a_mark_that_another_has_made_is_none_of_ours() -> None:
    """It is refused at the first try: no answer was lost."""
    world = moving(0)
    world.operator.pause("a")
    with pytest.raises(Conflict, match="cannot pause 'a': it is paused in state 'pseudo_init' at step 0"):
        world.operator.pause("a")


class Keeps(Unsure):
    """Loses the answers, and what it then shows is another's."""

    def __init__(self, shown: Instance) -> None:
        super().__init__(done=False)
        self.shown = shown

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return [self.shown]

    def _answer(self, what: str, write: Callable[[], Sequence[CommitResult]], items: int) -> Sequence[CommitResult]:
        if what in self.lost:
            return [Refused(self.shown)] * items
        return super()._answer(what, write, items)


def test_what_another_has_done_meanwhile_is_no_mark_of_ours() -> None:
    world = World(line(says("next")))
    record = world.client.start("line", {}, correlation_id="a")
    aborted = record._replace(status=Status.ABORTED, error="by another")
    with pytest.raises(Conflict, match="cannot abort 'a': it is aborted in state"):
        world.with_runtime(store=Keeps(aborted)).operator.abort("a", "by me")
    failed = record._replace(status=Status.FAILED, error="by me")
    with pytest.raises(Conflict, match="cannot abort 'a': it is failed in state"):
        world.with_runtime(store=Keeps(failed)).operator.abort("a", "by me")
    paused = record._replace(paused=True)
    assert world.with_runtime(store=Keeps(paused)).operator.pause("a") == paused
    with pytest.raises(Conflict, match="cannot pause 'a'"):
        world.with_runtime(store=Keeps(record)).operator.pause("a")
    touched = record._replace(updated_at=record.updated_at + 1.0)
    with pytest.raises(Conflict, match="cannot restore 'a'"):
        world.with_runtime(store=Keeps(touched)).operator.restore("a")


def test_what_a_paused_machine_that_has_ended_does_is_told_by_its_end() -> None:
    world = World(line(says("next")))
    record = world.client.start("line", {}, correlation_id="a")
    ended = record._replace(status=Status.ABORTED, paused=True)
    with pytest.raises(Conflict, match="it is aborted in state 'pseudo_init' at step 0"):
        world.with_runtime(store=Keeps(ended)).operator.abort("a")


def test_an_act_that_is_not_known_to_have_taken_place_is_an_error() -> None:
    class Silent(MemoryCheckpointStore):
        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            return [OutcomeUnknown("time-out")]

    silent = Silent()
    world = World(line(says("next"))).with_runtime(store=silent)
    world.client.start("line", {}, correlation_id="a")
    with pytest.raises(OutcomeUnknown):
        world.operator.pause("a")


def test_a_commit_is_told_in_the_history_once_by_whoever_keeps_it() -> None:
    world = World(line(says("next")))
    history = MemoryHistoryLog()
    world.with_runtime(store=MemoryCheckpointStore(history), history=history)
    world.client.start("line", {}, correlation_id="a")
    world.operator.pause("a")
    entries = history.read("a")
    assert not isinstance(entries, PortError)
    assert [entry.happened for entry in entries] == [Happened.STARTED, Happened.PAUSED]


def test_where_the_store_emits_an_operator_sends_nothing_of_what_runs() -> None:
    world, road = World(line(says("next"))), RecordedRoad()
    stream = MemoryStream(world.clock)
    world.with_runtime(store=MemoryTable(stream), post=Post(world.clock, [road]))
    world.client.start("line", {}, correlation_id="a")
    world.operator.restore("a")
    assert road.calls == 0


def test_who_resumes_a_wait_whose_event_came_meanwhile_wakes_it() -> None:
    world, road = waits()
    world.operator.pause("a")
    world.operator.report("a", "go", None, "e1", 1)
    world.operator.resume("a")
    record = world.read("a")
    assert (record.step, record.status, record.position) == (2, Status.RUNNING, "event:e1")
    assert road.carried == []
    assert world.operator.resume("a") == record


def test_who_resumes_a_wait_whose_deadline_is_over_fires_it() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    world.operator.pause("a")
    world.clock.advance(9e9)
    world.operator.resume("a")
    record = world.read("a")
    assert (record.event, record.position) == ("@deadline", f"@deadline:{record.run_id}")


def test_a_touch_of_ours_is_known_by_its_step_and_time() -> None:
    from fsm_domain.runtime.caller import _shows

    record = World(line(says("next"))).client.start("line", {}, correlation_id="a")
    at = record.updated_at
    assert _shows(record, Touch("a", 0, at, at))
    assert not _shows(record, Touch("a", 1, at, at))
    assert not _shows(record, Touch("a", 0, at, at + 1.0))
    failed = record._replace(status=Status.FAILED, error="why")
    assert _shows(failed, Fail("a", 0, "why", at))
    assert not _shows(failed, Fail("a", 1, "why", at))
    assert not _shows(failed, Fail("a", 0, "another", at))
    assert not _shows(record._replace(error="why"), Fail("a", 0, "why", at))
    assert not _shows(record, EnterAttempt("a", 0, Attempt("r", at)))
    assert not _shows(record, Pause("a", "", at))
    assert _shows(record._replace(seen=("e",)), AppendEvent("a", 0, InboxEvent("e", "x"), at))


class Vanished(MemoryCheckpointStore):
    """Loses the first answer to each write; at the second try there is no record any more."""

    def __init__(self, shown: Instance) -> None:
        super().__init__()
        self.shown, self.asked = shown, 0

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return [self.shown]

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return self._answer(len(commits))

    def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
        return self._answer(len(marks))

    def _answer(self, items: int) -> Sequence[CommitResult]:
        self.asked += 1
        return [OutcomeUnknown("time-out") if self.asked == 1 else Refused(None)] * items


def test_a_record_that_is_deleted_while_an_answer_is_lost_conflicts() -> None:
    world = World(line(says("next")))
    record = world.client.start("line", {}, correlation_id="a")
    with pytest.raises(Conflict, match="cannot pause: the record is gone"):
        world.with_runtime(store=Vanished(record)).operator.pause("a")
    failed = record._replace(status=Status.FAILED)
    with pytest.raises(Conflict, match="cannot redrive: the record is gone"):
        world.with_runtime(store=Vanished(failed)).operator.redrive("a")


def test_a_commit_that_did_not_take_place_and_an_emission_that_no_road_took_are_errors() -> None:
    class Down(MemoryCheckpointStore):
        def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
            return [PortUnavailable("down")] * len(commits)

    world, _ = waits()
    down = Down()
    MemoryCheckpointStore.commit(down, [Commit(world.read("a")._replace(step=0))])
    with pytest.raises(PortUnavailable):
        world.with_runtime(store=down).operator.send("a", "go")
    world, _ = waits()
    world.with_runtime(post=Post(world.clock, [RecordedRoad(error=PortUnavailable("down"))]))
    with pytest.raises(PortUnavailable):
        world.operator.send("a", "go")
    assert world.read("a").step == 2


def test_the_same_event_that_another_call_has_kept_meanwhile_is_known() -> None:
    for act in ACTS.values():
        world = moving(1)
        store = world.store
        assert isinstance(store, Moves) or isinstance(world.runtime.store, Moves)
        moves = world.runtime.store
        assert isinstance(moves, Moves)
        moves.before = lambda moves=moves: MemoryCheckpointStore.mark(  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            moves, [AppendEvent("a", 0, InboxEvent("e1", "stop"), 1.0)]
        )
        assert act(world) == "seen"


def test_a_machine_that_has_ended_takes_no_event() -> None:
    world, _ = waits()
    world.operator.abort("a")
    with pytest.raises(Conflict, match="cannot send 'go' to 'a': it is aborted"):
        world.operator.send("a", "go")
    with pytest.raises(Conflict, match="cannot report 'go' to 'a': it is aborted"):
        world.operator.report("a", "go", None, "e1", 9)


def test_nobody_is_called_for_an_event_that_was_taken() -> None:
    world, road = waits()
    store = MemoryCheckpointStore()
    store.commit([Commit(world.read("a")._replace(step=0, seen=("e1",)))])
    world.with_runtime(store=store)
    assert world.operator.report("a", "go", None, "e1", 0) == "seen"
    assert road.carried == []


def test_an_event_that_another_state_waits_for_is_kept() -> None:
    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context](
        "m", dict, initial="wait",
        states=[state("wait").on("go", "then"), state("then").on("stop", "end"), final("end")],
    )  # fmt: skip
    world = World(machine)
    world.client.start("m", {}, correlation_id="a")
    world.run(5.0)
    assert world.operator.send("a", "stop", None, "e1") == "inbox"
    assert world.operator.send("a", "go", None, "e2") == "taken"
    world.run(5.0)
    assert world.read("a").state == "end"


def test_a_wait_whose_record_is_gone_when_its_event_comes_conflicts() -> None:
    world, _ = waits()
    with pytest.raises(Conflict, match="cannot send 'go' to: the record is gone"):
        world.with_runtime(store=Vanished(world.read("a"))).operator.send("a", "go")


def test_a_resume_of_what_is_gone_conflicts_and_one_of_what_has_ended_says_so() -> None:
    world = World(line(says("next")))
    record = world.client.start("line", {}, correlation_id="a")
    with pytest.raises(Conflict, match="cannot resume: the record is gone"):
        world.with_runtime(store=Vanished(record._replace(paused=True))).operator.resume("a")
    with pytest.raises(Conflict, match="cannot resume 'a': it is failed"):
        world.with_runtime(store=Vanished(record._replace(status=Status.FAILED))).operator.resume("a")


def redrivable(**changes: object) -> World:
    """A machine that always fails; its record as after a failure, with these changes."""
    world = World(line(says("nonsense")))
    record = world.client.start("line", {}, correlation_id="a")
    store = MemoryCheckpointStore()
    failed = record._replace(status=Status.FAILED, retries=3)._replace(**changes)  # type: ignore[arg-type]  # its fields
    store.commit([Commit(failed)])
    world.queue.settle((lost := world.receive()), [ACK] * len(lost))
    return world.with_runtime(store=store)


def test_a_redrive_begins_with_no_retry_spent() -> None:
    assert redrivable().operator.redrive("a").retries == 0


def test_what_fails_after_a_redrive_is_redriven_again() -> None:
    world = redrivable()
    for step in (1, 2):
        assert world.operator.redrive("a").step == step
        world.run(5.0)
        assert world.read("a").status is Status.FAILED


def test_a_redrive_of_what_was_aborted_meanwhile_conflicts() -> None:
    world = redrivable()
    store = world.runtime.store
    world.with_runtime(store=Shows(store, world.read("a")))
    MemoryCheckpointStore.mark(store, [Abort("a", "enough", 1.0)])  # type: ignore[arg-type]  # it is one
    with pytest.raises(Conflict, match="cannot redrive 'a': it is aborted"):
        world.operator.redrive("a")


class Shows(MemoryCheckpointStore):
    """Writes to another store, and reads what that showed once."""

    def __init__(self, store: object, shown: Instance) -> None:
        super().__init__()
        assert isinstance(store, MemoryCheckpointStore)
        self._store, self._shown = store, shown

    def read(self, correlation_ids: Sequence[str], homes: Sequence[str] = ()) -> Sequence[Instance | None | PortError]:
        return [self._shown]

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        return self._store.commit(commits)


def test_a_restore_answers_the_record_and_signs_what_it_wakes() -> None:
    world, _ = waits()
    world.operator.pause("a")
    world.operator.report("a", "go", None, "e1", 1)
    world.runtime.store.mark([Resume("a", "", 1.0)])
    restored = world.operator.restore("a")
    assert (restored.step, restored.status) == (1, Status.WAITING)
    woken = world.read("a")
    assert (woken.step, woken.position) == (2, "event:e1")
    assert woken.run_id


@pytest.mark.parametrize("stop", ["pause", "abort"])
def test_what_is_paused_or_at_rest_is_not_restored(stop: str) -> None:
    world, road = waits()
    getattr(world.operator, stop)("a")
    with pytest.raises(Conflict, match="cannot restore 'a': it is"):
        world.operator.restore("a")
    assert road.carried == []
