"""Virtual time: what becomes due fires at its own time, in order, and no real time passes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import pytest

from fsm_bootstrap.testing import Harness, NotAtRest
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from tests.unit.fsm_bootstrap.testing.machines import Question, Work, approval, line

DAY = 86_400.0


def test_a_chain_of_deadlines_fires_in_order_each_at_its_own_time() -> None:
    with Harness([approval()]) as harness:
        name, start = harness.start("approval", Question()), harness.clock.now()
        harness.advance(days=30)
        assert harness.states(name) == ["asked", "reminded", "expired"]
        assert harness.context(name).times == [start, start + DAY, start + 3 * DAY]
        assert harness.clock.now() == start + 30 * DAY


def test_three_days_pass_without_one_real_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.perf_counter()
    monkeypatch.setattr(time, "sleep", None)  # whoever called it would raise
    with Harness([approval()]) as harness:
        name = harness.start("approval", Question())
        harness.advance(days=3)
        assert harness.state(name) == "expired"
    assert time.perf_counter() - began < 2.0  # milliseconds, in fact


def test_a_deadline_does_not_fire_a_second_early() -> None:
    with Harness([approval()]) as harness:
        name = harness.start("approval", Question())
        harness.advance(hours=23, minutes=59, seconds=59)
        assert harness.state(name) == "asked"
        harness.advance(seconds=1)
        assert harness.state(name) == "reminded"


def test_a_wait_is_rest_and_is_not_skipped_over() -> None:
    with Harness([approval(), line()]) as harness:
        waiting, working = harness.start("approval", Question()), harness.start("line", Work(failures=3))
        start = harness.clock.now()
        harness.run_until_rest()
        assert (harness.status(waiting), harness.state(waiting)) == ("waiting", "asked")
        assert harness.status(working) == "completed"
        assert start < harness.clock.now() < start + 60


def test_while_one_machine_comes_to_rest_the_deadlines_of_others_fire_at_their_own_time() -> None:
    with Harness([approval(), line(base=1e6)], seed=1) as harness:
        start = harness.clock.now()
        waiting, slow = harness.start("approval", Question()), harness.start("line", Work(failures=1))
        harness.run_until_rest(slow, timedelta(days=30))
        assert harness.clock.now() > start + DAY
        assert harness.context(waiting).times[:2] == [start, start + DAY]


def test_a_machine_that_takes_too_long_tells_what_it_is_doing() -> None:
    with Harness([line(base=1e6)]) as harness:
        harness.start("line", Work(failures=9), "l-1")
        with pytest.raises(NotAtRest) as caught:
            harness.run_until_rest(longest=timedelta(seconds=60))
    said = str(caught.value)
    assert "line is still in state 'pseudo_init' after 60 virtual seconds" in said
    assert "line l-1: in state 'pseudo_init' at step 0; its next message is due in" in said
    assert "tried 1 times, last error: TimeoutError: attempt 0" in said


CircleState = Literal["tick", "tock", "never"]


def circle() -> Machine[CircleState, Work]:
    def on(work: Work, step: Step) -> Literal["on"]:
        return "on"

    state = State[CircleState, Work]
    states = [state("tick").on("on", "tock").do(on), state("tock").on("on", "tick").do(on)]
    return Machine[CircleState, Work]("circle", Work, initial="tick", states=states)


def test_a_machine_that_goes_in_a_circle_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fsm_bootstrap.testing.motion._MOST", 50)
    with Harness([circle()]) as harness:
        harness.start("circle", Work())
        with pytest.raises(NotAtRest, match="50 deliveries were worked off, and more are due"):
            harness.run_until_rest()
        with pytest.raises(NotAtRest, match="circle"):
            harness.advance(seconds=1)


def test_time_does_not_go_back() -> None:
    with Harness([line()]) as harness, pytest.raises(ValueError, match="time does not go back"):
        harness.advance(hours=-1)


LimitedState = Literal["call", "done", "gave_up"]


@dataclass
class Call:
    """How long a service takes, in seconds."""

    seconds: float


def limited(call: Callable[[Call, Step], Awaitable[Literal["ok"]] | Literal["ok"]]) -> Machine[LimitedState, Call]:
    state, final = State[LimitedState, Call], FinalState[LimitedState, Call]
    calling = state("call").on("ok", "done").on("late", "gave_up")
    return Machine[LimitedState, Call](
        "limited", Call, initial="call", retry=RetryPolicy(max_retries=1),
        states=[
            calling.do(call, on_exhausted="late", timeout=timedelta(minutes=5)),
            final("done"), final("gave_up"),
        ],
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["plain", "async"])
@pytest.mark.parametrize(("seconds", "end", "errors"), [(299.0, "done", 0), (301.0, "gave_up", 1)])
def test_the_time_limit_of_an_action_is_virtual(kind: str, seconds: float, end: str, errors: int) -> None:
    def plain(call: Call, step: Step) -> Literal["ok"]:
        harness.clock.sleep(call.seconds)
        return "ok"

    async def waits(call: Call, step: Step) -> Literal["ok"]:
        await asyncio.sleep(call.seconds)
        return "ok"

    with Harness([limited(plain if kind == "plain" else waits)]) as harness:
        start = harness.clock.now()
        name = harness.start("limited", Call(seconds))
        harness.run_until_rest(name)
        assert (harness.state(name), len(harness.errors(name))) == (end, errors)
        assert all("longer than its timeout of 300 s" in error for error in harness.errors(name))
        assert harness.clock.now() - start >= min(seconds, 300.0)


def test_a_thread_of_an_async_action_gets_the_real_time_that_it_needs() -> None:
    async def asks(call: Call, step: Step) -> Literal["ok"]:
        assert await asyncio.to_thread(sum, range(1_000_000)) == 499_999_500_000
        return "ok"

    with Harness([limited(asks)]) as harness:
        name = harness.start("limited", Call(0))
        harness.run_until_rest(name)
        assert (harness.state(name), harness.errors(name)) == ("done", [])
