"""Delays before a step, and time limits of actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest

from fsm_domain import FinalState, Machine, MachineError, RetryPolicy, State, Step
from fsm_domain.runtime.limits import Limits
from fsm_ports.history_log import Happened
from fsm_ports.instance import Status
from tests.unit.fsm_domain.runtime.world import Context, World, says

HOUR = timedelta(hours=1)


def delayed(*, local: bool = False) -> Machine[str, Context]:
    """first -next, after an hour-> second -next-> end."""
    state = State[str, Context]
    return Machine[str, Context](
        "delayed", dict, initial="first",
        states=[state("first").on("next", "second", delay=HOUR, local=local).do(says("next")),
                state("second").on("next", "end").do(says("next")), FinalState[str, Context]("end")],
    )  # fmt: skip


@pytest.mark.parametrize("chain", [1, 10])
def test_a_delayed_transition_is_committed_at_once_and_followed_when_its_time_has_come(chain: int) -> None:
    world = World(delayed(), limits=Limits(chain=chain))
    world.client.start("delayed", {}, correlation_id="a")
    world.run(3590.0)
    record = world.read("a")
    assert (record.step, record.state, record.status) == (1, "first", Status.RUNNING)
    assert record.not_before == record.updated_at + 3600.0
    world.run(20.0)
    assert world.read("a").status is Status.COMPLETED


def test_an_outside_event_may_be_followed_after_a_delay() -> None:
    state = State[str, Context]
    machine = Machine[str, Context](
        "m", dict, initial="wait",
        states=[state("wait").on("go", "end", delay=HOUR), FinalState[str, Context]("end")],
    )  # fmt: skip
    world = World(machine)
    world.client.start("m", {}, correlation_id="a")
    world.run(5.0)
    world.operator.send("a", "go")
    world.run(3590.0)
    assert world.read("a").status is Status.RUNNING
    world.run(20.0)
    assert world.read("a").status is Status.COMPLETED


def test_recovery_leaves_a_delayed_machine_alone_until_its_time() -> None:
    world = World(delayed())
    world.client.start("delayed", {}, correlation_id="a")
    world.run(5.0)
    world.clock.advance(1000.0)
    assert world.recoverer.recover(500.0) == 0


def test_a_local_transition_cannot_be_delayed() -> None:
    with pytest.raises(MachineError, match="a local transition is part of its step, so it cannot be delayed"):
        delayed(local=True)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: State[str, Context]("s").on("e", "t", delay=-HOUR), "a delay is not below zero"),
        (lambda: State[str, Context]("s").on("e", "t").do(says("e"), timeout=timedelta(0)), "a timeout is above zero"),
    ],
)
def test_times_that_make_no_sense_are_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def slow(seconds: float) -> World:
    """A machine whose action takes so long, and may take 5 s."""

    def act(context: Context, step: Step) -> Literal["next"]:
        context["touched"] = True
        world.clock.advance(seconds)
        return "next"

    state = State[str, Context]
    machine = Machine[str, Context](
        "slow", dict, initial="s", retry=RetryPolicy(max_retries=1),
        states=[state("s").on("next", "end").do(act, timeout=timedelta(seconds=5)), FinalState[str, Context]("end")],
    )  # fmt: skip
    world = World(machine)
    world.client.start("slow", {}, correlation_id="a")
    world.run(120.0)
    return world


def test_an_action_within_its_timeout_counts() -> None:
    assert slow(4.0).read("a").status is Status.COMPLETED


def test_an_action_that_takes_longer_counts_as_failed_each_time() -> None:
    world = slow(6.0)
    record = world.read("a")
    assert (record.status, record.context) == (Status.FAILED, "{}")
    assert record.error == "TimeoutError: the action took longer than its timeout of 5 s"
    assert [entry.happened for entry in world.told("a")] == [Happened.STARTED, Happened.RETRY, Happened.FAILED]
