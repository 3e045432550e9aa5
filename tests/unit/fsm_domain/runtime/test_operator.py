"""Operators: one conditional write each, and losers of a race are told what the machine is doing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.runtime.errors import Conflict, InboxFull, NotFound, UnknownEvent
from fsm_ports.history_log import Happened
from fsm_ports.instance import Status
from fsm_ports.messages import ACK
from fsm_ports.names import INBOX_EVENTS
from fsm_ports.results import CommitResult
from fsm_ports.writes import Commit
from tests.unit.fsm_domain.runtime.world import Context, World, line, says


def approval() -> Machine[str, Context]:
    """ask -asked-> wait -yes-> book -done-> granted, or -deadline-> expired."""
    state, final = State[str, Context], FinalState[str, Context]

    def book(context: Context, step: Step) -> Literal["done"]:
        context["who"] = step.data
        return "done"

    return Machine[str, Context](
        "approval", dict, initial="ask",
        states=[state("ask").on("asked", "wait").do(says("asked")),
                state("wait").on("yes", "book").after(timedelta(days=3), "expired"),
                state("book").on("done", "granted").do(book), final("granted"), final("expired")],
    )  # fmt: skip


def waiting() -> World:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    assert world.read("a").status is Status.WAITING
    return world


def failed() -> World:
    def broken(context: Context, step: Step) -> str:
        if step.work == step.number:
            raise ValueError(step.idempotency_key)
        context["key"] = step.idempotency_key
        return "next"

    world = World(line(says("next"), broken, retry=RetryPolicy(max_retries=0)))
    world.client.start("line", {}, correlation_id="a")
    world.run(5.0)
    assert world.read("a").status is Status.FAILED
    return world


def test_an_event_wakes_the_wait_that_handles_it_and_brings_its_data() -> None:
    world = waiting()
    assert world.operator.send("a", "yes", '"ada"', "e1") == "taken"
    world.run(5.0)
    record = world.read("a")
    assert (record.state, record.context) == ("granted", '{"trail":[0],"who":"ada"}')


def test_an_event_sent_before_its_wait_is_kept_and_taken_by_it() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    assert world.operator.send("a", "yes", '"ada"', "e1") == "inbox"
    world.run(5.0)
    assert world.read("a").state == "granted"


def test_a_repeated_event_is_one_event() -> None:
    world = waiting()
    assert world.operator.send("a", "yes", None, "e1") == "taken"
    assert world.operator.send("a", "yes", None, "e1") == "taken"
    world.run(5.0)
    with pytest.raises(Conflict):
        world.operator.send("a", "yes", None, "e2")
    assert world.operator.send("a", "yes", None, "e1") == "seen"


def test_an_event_for_a_step_that_is_behind_conflicts() -> None:
    world = waiting()
    with pytest.raises(Conflict, match="it is waiting in state 'wait' at step 2"):
        world.operator.send("a", "yes", expect_step=1)


def test_a_deadline_fires_once_and_beats_a_later_event() -> None:
    world = waiting()
    world.clock.advance(timedelta(days=3).total_seconds())
    world.run(5.0)
    assert world.read("a").state == "expired"
    with pytest.raises(Conflict, match="completed"):
        world.operator.send("a", "yes")


def test_a_timer_loses_to_an_event_that_came_first() -> None:
    world = waiting()
    world.operator.send("a", "yes", '"ada"')
    world.clock.advance(timedelta(days=4).total_seconds())
    world.run(5.0)
    assert world.read("a").state == "granted"


def test_redrive_tries_again_with_fresh_counters_and_the_same_idempotency_key() -> None:
    world = failed()
    record = world.operator.redrive("a")
    assert (record.step, record.retries, record.work) == (2, 0, 1)
    world.run(5.0)
    assert world.read("a").context == '{"trail":[0],"key":"a:1"}'
    assert [entry.happened for entry in world.told("a")].count(Happened.REDRIVEN) == 1


def test_a_repeated_redrive_does_not_conflict_with_itself() -> None:
    world = failed()
    first = world.operator.redrive("a")
    assert world.operator.redrive("a").step == first.step


def test_only_a_failed_machine_is_redriven() -> None:
    world = waiting()
    with pytest.raises(Conflict, match="cannot redrive 'a': it is waiting"):
        world.operator.redrive("a")


def test_a_paused_wait_takes_its_event_when_it_is_resumed() -> None:
    world = waiting()
    world.operator.pause("a", "audit")
    world.operator.resume("a")
    world.operator.send("a", "yes")
    world.run(5.0)
    assert world.read("a").state == "granted"


def test_abort_stops_for_good() -> None:
    world = waiting()
    world.operator.abort("a", "changed my mind")
    for act in (world.operator.abort, world.operator.pause, world.operator.resume, world.operator.redrive):
        with pytest.raises(Conflict, match="aborted"):
            act("a")


def test_nobody_operates_on_what_does_not_exist() -> None:
    world = waiting()
    for act in (world.operator.abort, world.operator.pause, world.operator.resume, world.operator.redrive):
        with pytest.raises(NotFound, match="'nobody'"):
            act("nobody")


def test_a_reason_lands_in_the_history() -> None:
    world = failed()
    world.operator.redrive("a", "the bank is back")
    world.operator.pause("a", "audit")
    world.operator.resume("a", "audit is over")
    told = {entry.happened: entry.note for entry in world.told("a")}
    assert told[Happened.REDRIVEN] == "the bank is back"
    assert (told[Happened.PAUSED], told[Happened.RESUMED]) == ("audit", "audit is over")


def test_an_event_that_no_state_handles_is_refused_with_the_nearest_name() -> None:
    world = waiting()
    with pytest.raises(UnknownEvent, match="handles 'yess'; did you mean 'yes'"):
        world.operator.send("a", "yess")


class Loses(MemoryCheckpointStore):
    """Lets another writer in just before the next commit."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], object] | None = None

    def commit(self, commits: Sequence[Commit]) -> Sequence[CommitResult]:
        act, self.before = self.before, None
        if act is not None:
            act()
        return super().commit(commits)


def test_of_two_events_for_one_wait_one_conflicts() -> None:
    store = Loses()
    world = World(approval()).with_runtime(store=store)
    world.client.start("approval", {}, correlation_id="a")
    world.run(5.0)
    store.before = lambda: world.operator.send("a", "yes", '"ada"', "e1")
    with pytest.raises(Conflict, match="cannot send 'yes' to 'a': it is running in state 'wait' at step 3"):
        world.operator.send("a", "yes", '"bob"', "e2")
    world.run(5.0)
    assert world.read("a").context == '{"trail":[0],"who":"ada"}'


def test_restore_sends_the_message_of_a_machine_again() -> None:
    world = World(line(says("next")))
    world.client.start("line", {}, correlation_id="a")
    (lost,) = world.receive()
    world.queue.settle([lost], [ACK])
    world.operator.restore("a", "its message was lost")
    world.run(5.0)
    assert world.read("a").status is Status.COMPLETED
    assert "its message was lost" in [entry.note for entry in world.told("a")]


def test_what_rests_is_not_restored() -> None:
    world = failed()
    with pytest.raises(Conflict, match="cannot restore 'a': it is failed"):
        world.operator.restore("a")


def test_an_inbox_that_is_full_refuses_the_next_event() -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    for n in range(INBOX_EVENTS):
        assert world.operator.send("a", "yes", None, f"e{n}") == "inbox"
    with pytest.raises(
        InboxFull, match="cannot keep 'yes' of 15 bytes for 'a': its inbox holds 100 events of at most 100"
    ):
        world.operator.send("a", "yes", None, "one too many")


@pytest.mark.parametrize("act", ["send", "report"])
def test_an_event_that_an_inbox_has_no_room_for_is_told_what_there_is(act: str) -> None:
    world = World(approval())
    world.client.start("approval", {}, correlation_id="a")
    world.operator.send("a", "yes", '"' + "я" * 30_000 + '"', "e1")
    with pytest.raises(InboxFull, match="and 60007 bytes of at most 65536") as told:
        getattr(world.operator, act)("a", "yes", '"' + "я" * 3_000 + '"', "e2", 1)
    assert told.value.size == 6_007


def test_an_act_without_a_reason_tells_none() -> None:
    acts: dict[Happened, tuple[Callable[[], World], Callable[[World], object]]] = {
        Happened.PAUSED: (waiting, lambda world: world.operator.pause("a")),
        Happened.RESUMED: (paused, lambda world: world.operator.resume("a")),
        Happened.ABORTED: (waiting, lambda world: world.operator.abort("a")),
        Happened.REDRIVEN: (failed, lambda world: world.operator.redrive("a")),
        Happened.RECOVERED: (waiting, lambda world: world.operator.restore("a")),
    }
    for happened, (scene, act) in acts.items():
        world = scene()
        act(world)
        (note,) = [entry.note for entry in world.told("a") if entry.happened is happened]
        assert not note


def paused() -> World:
    world = waiting()
    world.operator.pause("a", "audit")
    return world
