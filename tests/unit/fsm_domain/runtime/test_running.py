"""What a run is given, how long it may take, and what is made of its failures."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.emitting_table import MemoryTable
from fsm_adapters.memory.stream import MemoryStream
from fsm_adapters.system.awaiting import AwaitRunner
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_domain.failover.post import Post
from fsm_domain.runtime.limits import Limits
from fsm_domain.runtime.writing import _at_rest, _is_adopted_already
from fsm_ports.errors import OutcomeUnknown, PortRejected
from fsm_ports.instance import Attempt, Instance, Status, as_message
from fsm_ports.messages import ACK, NACK, Defer, Delivery, Outcome, Outgoing
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit, EnterAttempt, Fail, Mark
from tests.unit.fsm_domain.failover.roads import RecordedRoad
from tests.unit.fsm_domain.runtime.test_adoption import FOREIGN
from tests.unit.fsm_domain.runtime.test_operator import approval
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


class Commits(MemoryCheckpointStore):
    """Notes what is committed of the instance, and does something after it."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[Commit] = []
        self.after: Callable[[], object] = lambda: None

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        of_instances = [commit for commit in commits if commit.instance.correlation_id == "a"]
        self.commits += of_instances
        results = super().commit(commits)
        if of_instances:
            self.after()
        return results


def handled(world: World, delivery: Delivery, **message: Any) -> Outcome:  # noqa: ANN401 - the fields of an instance
    assert isinstance(delivery.message, Instance)
    changed = delivery._replace(message=delivery.message._replace(**message))
    (outcome,) = world.dispatcher.handle([changed], world.clock.now() + 30.0)
    return outcome


def begun(world: World) -> Delivery:
    (name,) = world.runtime.machines
    world.client.start(name, {}, correlation_id="a")
    (delivery,) = world.receive()
    return delivery


def test_links_of_a_chain_are_held_as_long_as_their_delivery_and_its_last_commit_is_not() -> None:
    store = Commits()
    world = World(line(says("next"), says("next"), says("next")), limits=Limits(chain=3)).with_runtime(store=store)
    delivery = begun(world)
    held = world.clock.now() + 30.0
    handled(world, delivery)
    assert [commit.hold_until for commit in store.commits] == [0.0, held, held, 0.0]


@pytest.mark.parametrize(("took", "held"), [(29.0, True), (29.5, False)])
def test_what_there_is_no_time_to_go_on_with_is_not_held(took: float, held: bool) -> None:
    def slow(context: Context, step: Step) -> str:
        world.clock.advance(took)
        return "next"

    store = Commits()
    world = World(line(slow, says("next")), limits=Limits(chain=3)).with_runtime(store=store)
    handled(world, begun(world))
    assert bool(store.commits[1].hold_until) is held


def test_a_wait_and_an_end_are_not_held() -> None:
    store = Commits()
    world = World(approval(), limits=Limits(chain=9)).with_runtime(store=store)
    handled(world, begun(world))
    assert [(commit.instance.status, bool(commit.hold_until)) for commit in store.commits[1:]] == [
        (Status.RUNNING, True), (Status.WAITING, False),
    ]  # fmt: skip


def test_a_link_that_was_held_is_sent_when_its_commit_took_all_the_time() -> None:
    store, road = Commits(), RecordedRoad()
    world = World(line(says("next"), says("next")), limits=Limits(chain=3)).with_runtime(store=store)
    delivery = begun(world)
    store.after = lambda: world.clock.advance(29.5)
    world.with_runtime(post=Post(world.clock, [road]))
    assert handled(world, delivery) is ACK
    record = world.read("a")
    assert record.step == 1
    assert road.carried == [Outgoing(as_message(record), 0.0, delivery.receipt)]


def test_a_chain_stops_at_a_pause() -> None:
    def pauses(context: Context, step: Step) -> str:
        world.operator.pause("a")
        return "next"

    world = World(line(pauses, says("next")), limits=Limits(chain=3))
    assert handled(world, begun(world)) is ACK
    assert (world.read("a").step, world.read("a").paused) == (1, True)


def with_policies(first: Callable[[Context, Step], str], second: Callable[[Context, Step], str]) -> World:
    """start -next, local-> then -done-> end: `start` never tries again, `then` once; by default it is five times."""

    def leaves(context: Context, step: Step) -> None:
        if context.get("stuck"):
            raise ValueError("cannot leave")

    state, final = State[str, Context, Any], FinalState[str, Context]
    machine = Machine[str, Context](
        "m", dict, initial="start",
        states=[state("start", retry=RetryPolicy(max_retries=0)).on("next", "then", local=True).do(first),
                state("then", retry=RetryPolicy(max_retries=1), exit=leaves).on("done", "last").do(second),
                state("last", retry=RetryPolicy(max_retries=2)).on("done", "end").do(says("done")), final("end")],
    )  # fmt: skip
    return World(machine)


def raises(context: Context, step: Step) -> str:
    raise ValueError("as told")


@pytest.mark.parametrize(("first", "second", "tries"), [(raises, says("done"), 0), (says("next"), raises, 1)])
def test_the_state_whose_action_failed_says_how_often_it_is_tried_again(
    first: Callable[[Context, Step], str], second: Callable[[Context, Step], str], tries: int
) -> None:
    """Also where a local transition has led on from the one that the step began with."""
    world = with_policies(first, second)
    world.client.start("m", {}, correlation_id="a")
    world.run(600.0)
    assert (world.read("a").status, world.metrics.counted("retry")) == (Status.FAILED, tries)


def test_an_exit_that_fails_is_tried_again_as_often_as_the_state_says_to_which_it_was_to_lead() -> None:
    world = with_policies(says("next"), says("done"))
    world.client.start("m", {"stuck": True}, correlation_id="a")
    world.run(600.0)
    assert (world.read("a").status, world.metrics.counted("retry")) == (Status.FAILED, 2)


def test_a_run_takes_place_in_what_surrounds_it() -> None:
    told: list[object] = []

    @contextmanager
    def surround(step: Step) -> Generator[None]:
        told.append(step)
        yield
        told.append("left")

    def looks(context: Context, step: Step) -> str:
        told.append(("runs", step))
        return "next"

    world = World(line(looks)).with_runtime(surround=surround)
    assert handled(world, begun(world)) is ACK
    step = told[0]
    assert isinstance(step, Step)
    assert (step.correlation_id, step.number) == ("a", 0)
    assert told == [step, ("runs", step), "left"]
    assert world.read("a").step == 1


def test_what_surrounds_a_run_may_fail_as_the_run_may() -> None:
    @contextmanager
    def surround(step: Step) -> Generator[None]:
        raise ValueError("no trace")
        yield

    world = World(line(says("next"), retry=RetryPolicy(max_retries=0))).with_runtime(surround=surround)
    handled(world, begun(world))
    assert world.read("a").error == "ValueError: no trace"


def test_an_action_may_be_async_and_sees_the_time_that_is_left() -> None:
    left: list[float] = []

    async def waits(context: Context, step: Step) -> str:
        left.append(step.time_left())
        world.clock.advance(2.5)
        return "next"

    waiting = AwaitRunner()
    world = World(line(waits)).with_runtime(wait=waiting)
    handled(world, begun(world))
    waiting.close()
    assert (world.read("a").step, left) == (1, [30.0])
    (figure,) = [figure for figure in world.metrics.figures if figure.name == "action"]
    assert (figure.machine, figure.state, figure.event) == ("line", "pseudo_init", "pseudo_init")
    assert figure.value == 2.5


def test_a_state_that_need_not_wait_has_no_deadline() -> None:
    state, final = State[str, Context], FinalState[str, Context]

    def goes_on(context: Context, step: Step) -> Literal["next"] | None:
        return "next"

    machine = Machine[str, Context](
        "m", dict, initial="a",
        states=[state("a").on("next", "end").after(timedelta(hours=1), "end").do_or_wait(goes_on), final("end")],
    )  # fmt: skip
    world = World(machine)
    handled(world, begun(world))
    assert (world.read("a").status, world.read("a").deadline) == (Status.RUNNING, 0.0)


def declining(*, delay: timedelta | None = None) -> World:
    state, final = State[str, Context], FinalState[str, Context]
    machine = Machine[str, Context](
        "m", dict, initial="charge", retry=RetryPolicy(max_retries=2),
        states=[state("charge").on("paid", "ok").on("declined", "off").do(raises, on_exhausted="declined"),  # type: ignore[arg-type]  # it never returns
                final("ok"), final("off")],
    )  # fmt: skip
    return World(machine)


@pytest.mark.parametrize("dead", [0, 3])
def test_the_way_out_of_the_last_failure_is_a_clean_step(dead: int) -> None:
    """Whether its action raised, or its processes died."""
    world = declining()
    delivery, now = begun(world), world.clock.now()
    world.store.mark([EnterAttempt("a", 0, Attempt(f"x{n}", now)) for n in range(dead)])
    assert handled(world, delivery._replace(maybe_died=True), retries=0 if dead else 2, definition="") is ACK
    record = world.read("a")
    died = "the process died, or outlived its claim, 3 times in this step"
    assert record == Instance(
        "m", "a", world.runtime.machines["m"].fingerprint, 1, Status.RUNNING, False, "charge", "declined", "{}", work=1,
        run_id=record.run_id, position=delivery.position, started_at=now, updated_at=now,
        error=died if dead else "ValueError: as told",
    )  # fmt: skip
    assert record.run_id


def test_deaths_and_failures_count_together() -> None:
    world = World(line(raises, retry=RetryPolicy(max_retries=2)))
    delivery, now = begun(world), world.clock.now()
    world.store.mark([EnterAttempt("a", 0, Attempt("x", now))])
    assert handled(world, delivery._replace(maybe_died=True), retries=1) is ACK
    assert (world.read("a").status, world.read("a").error) == (Status.FAILED, "ValueError: as told")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(), "ValueError"),
        (ValueError("why"), "ValueError: why"),
        (ValueError("\udc80"), "ValueError: \\udc80"),
    ],
)
def test_what_an_exception_says_is_kept_as_text(error: Exception, said: str) -> None:
    def fails(context: Context, step: Step) -> str:
        raise error

    world = World(line(fails, retry=RetryPolicy(max_retries=0)))
    handled(world, begun(world))
    assert world.read("a").error == said


def test_a_loop_is_told_where_it_ends() -> None:
    state = State[str, Context]
    loop = Machine[str, Context](
        "loop", dict, initial="a", max_steps=2,
        states=[state("a").on("next", "a").on("stop", "end").do(says("next")), FinalState[str, Context]("end")],
    )  # fmt: skip
    world = World(loop)
    world.client.start("loop", {}, correlation_id="a")
    world.run(60.0)
    assert world.read("a").error == "max_steps: 2 steps are done; raise max_steps or mend the loop"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"machine": "lime"}, "no machine is called 'lime' here"),
        ({"state": "s9", "event": "next"}, "machine 'line' has no state 's9'"),
        ({"state": "s0", "event": "jump"}, "state 's0' of machine 'line' does not handle 'jump'"),
    ],
)
@pytest.mark.parametrize("definition", ["other", "same", ""])
def test_what_another_definition_may_know_comes_again_and_what_ours_does_not_know_is_quarantined(
    change: dict[str, str], reason: str, definition: str
) -> None:
    world = World(line(says("next")))
    delivery = begun(world)
    record = world.read("a")
    written_by = record.definition if definition == "same" else definition
    outcome = handled(world, delivery, definition=written_by, **change)
    if definition == "other" or "machine" in change:
        assert outcome == Defer(world.clock.now() + 6.0)
        world.clock.advance(60.0)
        outcome = handled(world, delivery, definition=written_by, **change)
    assert outcome is ACK
    assert world.read("a").error == reason
    assert world.read("a").updated_at == world.clock.now()


def test_a_timer_that_fires_is_no_letter() -> None:
    world, dead = World(approval()), RecordedRoad()
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    timer = as_message(world.read("a"))
    world.clock.advance(9e9)
    world.with_runtime(post=Post(world.clock, [], [RecordedRoad(1e9)], [dead]))
    for message in (timer, timer):  # it fires, and comes again
        world.dispatcher.handle([Delivery(message, None, "p-1")], world.clock.now() + 30.0)
    assert dead.calls == 0
    assert world.metrics.counted("quarantined") == 0
    stray = Delivery(timer._replace(correlation_id="nobody"), None, "p-2")
    world.dispatcher.handle([stray], world.clock.now() + 30.0)
    (figure,) = [figure for figure in world.metrics.figures if figure.name == "quarantined"]
    assert (figure.state, figure.event) == ("wait", "")


class Holding(MemoryTable):
    """A table whose commits can be held back."""

    can_hold = True


def test_a_store_that_can_hold_allows_chains_and_keeps_time() -> None:
    world, road = World(line(says("next"))), RecordedRoad()
    store = Holding(MemoryStream(world.clock))
    world.with_runtime(store=store, limits=Limits(chain=2), post=Post(world.clock, [road]))
    other = World(approval())
    other.with_runtime(store=store, post=Post(other.clock, [road]))


@pytest.mark.parametrize("lost", [False, True])
def test_where_the_store_emits_an_adopted_message_is_run_by_whom_its_record_is_delivered_to(lost: bool) -> None:
    runs: list[int] = []

    def act(context: Context, step: Step) -> str:
        runs.append(step.number)
        return "next"

    class Loses(MemoryTable):
        asked = 0

        def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
            self.asked += 1
            results = super().commit(commits)
            return [OutcomeUnknown("time-out")] if lost and self.asked == 1 else results

    world, road = World(line(act, act), limits=Limits(adopt=True)), RecordedRoad()
    world.with_runtime(store=Loses(MemoryStream(world.clock)), post=Post(world.clock, [road]))
    assert list(world.dispatcher.handle([Delivery(FOREIGN, None, "p-1")], world.clock.now() + 30.0)) == [ACK]
    assert (runs, road.carried, world.read("a").step) == ([], [], 1)


def test_a_failure_that_the_store_rejects_is_given_back() -> None:
    class Rejects(MemoryCheckpointStore):
        def mark(self, marks: Sequence[Mark]) -> Sequence[CommitResult]:
            return [PortRejected("too large")] * len(marks)

    world = World(line(says("nonsense"))).with_runtime(store=Rejects())
    assert handled(world, begun(world)) is NACK


def test_a_step_that_its_home_rejects_fails_there() -> None:
    class Rejects(MemoryCheckpointStore):
        def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
            if commits[0].instance.step:
                return [PortRejected("too large")]
            return super().commit(commits)

    store = HomedCheckpointStore(MemoryCheckpointStore(), Rejects())
    world = World(line(says("next"))).with_runtime(store=store, homes=("", "2"))
    world.client.start("line", {}, correlation_id="a@2")
    world.work()
    assert world.read("a@2").status is Status.FAILED


def test_a_batch_of_failures_commits_nothing_and_one_that_is_stale_tells_nothing() -> None:
    calls: list[int] = []

    class Counts(MemoryCheckpointStore):
        def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
            calls.append(len(commits))
            return super().commit(commits)

    world = World(line(says("nonsense"))).with_runtime(store=Counts())
    delivery = begun(world)
    calls.clear()
    handled(world, delivery)
    assert calls == []
    appended: list[int] = []
    append = world.history.append
    world.history.append = lambda entries: appended.append(len(entries)) or append(entries)  # type: ignore[method-assign, func-returns-value]  # a spy
    handled(world, delivery._replace(maybe_died=False))
    assert appended == []


RECORD = Instance("m", "a", "d", 3, Status.RUNNING, False, "s", "e", "{}")
FAILS = Fail("a", 3, "why", 1.0)


@pytest.mark.parametrize(
    ("write", "found", "already"),
    [
        (Commit(RECORD, adopts=True), RECORD, True),
        (Commit(RECORD, adopts=True), RECORD._replace(step=4), False),
        (Commit(RECORD, adopts=True), RECORD._replace(status=Status.FAILED), False),
        (Commit(RECORD, adopts=True), None, False),
        (Commit(RECORD), RECORD, False),
        (FAILS, RECORD, False),
    ],
)
def test_an_adoption_that_is_refused_by_itself_has_been_made(
    write: Commit | Fail, found: Instance | None, already: bool
) -> None:
    assert _is_adopted_already(write, found) is already


@pytest.mark.parametrize(
    ("found", "rests"),
    [
        (None, False),
        (RECORD, False),
        (RECORD._replace(status=Status.FAILED), True),
        (RECORD._replace(status=Status.FAILED, step=4), False),
    ],
)
def test_a_failure_that_is_refused_by_itself_has_been_written(found: Instance | None, rests: bool) -> None:
    assert _at_rest(found, FAILS) is rests


def test_local_transitions_without_end_fail_the_machine_at_once() -> None:
    state, final = State[str, Context, Any], FinalState[str, Context]
    machine = Machine[str, Context](
        "m", dict, initial="a",
        states=[state("a").on("next", "b", local=True).on("stop", "end").do(says("next")),
                state("b").on("next", "a", local=True).do(says("next")), final("end")],
    )  # fmt: skip
    world = World(machine)
    handled(world, begun(world))
    assert (world.read("a").status, world.metrics.counted("retry")) == (Status.FAILED, 0)
