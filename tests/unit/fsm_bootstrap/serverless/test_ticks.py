"""What a timer does in the time that its invocation has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.serverless.ticks import MARGIN, tick
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.failover.post import Parcel, Post, Road
from fsm_ports import Delivery, Instance, Message, MessageSource, Outcome, Outgoing, PortError, PortUnavailable, Sent
from fsm_ports.instance import as_message
from tests.unit.fsm_bootstrap.serverless.shop import Order
from tests.unit.fsm_domain.failover.roads import RecordedRoad

Act = Callable[[Order, Step], Literal["done"]]
AWAY = PortUnavailable("away")


class Invocation:
    """As Lambda's: its time runs out."""

    def __init__(self, app: App, seconds: float = 60.0) -> None:
        self._clock, self.end = app.clock, app.clock.now() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int((self.end - self._clock.now()) * 1000)


def application(act: Act, folder: Path | None = None, retries: int = 2, claim: float = 30.0) -> App:
    """One state; the retry source is a table of its own.  With a folder the commit is the message."""
    state, final = State[str, Order], FinalState[str, Order]
    machine = Machine[str, Order](
        "orders", dict, initial="pack", retry=RetryPolicy(max_retries=retries, base=0.0),
        states=[state("pack").on("done", "end").do(act), final("end")],
    )  # fmt: skip
    stream = Source("memory://" if folder is None else f"sqlite:///{folder}/fsm.db")
    settings = ExplicitSettings(
        primary_stream_source=stream, primary_checkpoint_source=stream, claim_seconds=claim, history=False,
        primary_retry_source=Source("memory://retries"), max_chained_transitions=1,
    )  # fmt: skip
    return build_application(settings, [machine], clock=VirtualClock(), random=SeededRandom(1))


def put_off(app: App, count: int) -> None:
    """Instances whose message is a retry that is due."""
    started = [app.client.start("orders", {}, correlation_id=f"o-{n}") for n in range(count)]
    received(app.sources[0])
    for record in started:
        retry = Outgoing(as_message(record)._replace(retries=1))
        assert app.post.send([Parcel(retry, Road.LATER)]) == [None]


def received(source: MessageSource) -> list[Delivery]:
    found: list[Delivery] = []
    while some := source.receive(100, 1e10):
        assert not isinstance(some, PortError)
        found += some
    return found


def steps(app: App, count: int) -> list[int]:
    return [app.client.get(f"o-{n}").step for n in range(count)]


def done(order: Order, step: Step) -> Literal["done"]:
    return "done"


def test_everything_that_is_due_goes_back_to_the_bus_and_nothing_is_run_here() -> None:
    app = application(done)
    put_off(app, 250)
    assert tick(app, Invocation(app)) == {"moved": True, "recovered": 0}
    bus, retries = app.sources
    assert (len(received(bus)), received(retries), set(steps(app, 250))) == (250, [], {0})


def test_what_is_due_is_moved_in_calls_of_many() -> None:
    app = application(done)
    put_off(app, 250)
    road = RecordedRoad()
    tick(dataclasses.replace(app, post=Post(app.clock, [road], [])), Invocation(app))
    assert len(road.carried) == 250
    assert road.calls <= 10  # 1, 2, 4, ... 64, 100, and what is left


class SlowRoad(RecordedRoad):
    def __init__(self, app: App) -> None:
        super().__init__()
        self._clock = app.clock

    def send(self, messages: Sequence[Outgoing]) -> Sequence[Sent]:
        self._clock.sleep(8.0)
        return super().send(messages)


def test_a_tick_ends_in_time_and_the_next_one_goes_on() -> None:
    app = application(done)
    put_off(app, 10)
    road = SlowRoad(app)
    slow = dataclasses.replace(app, post=Post(app.clock, [road], []))
    invocation = Invocation(app)
    assert tick(slow, invocation)["moved"] is False
    assert (road.calls, app.clock.now() < invocation.end) == (7, True)
    assert tick(slow, Invocation(app))["moved"] is True
    assert len(road.carried) == 10


class Away(MessageSource):
    """A retry table that does not answer."""

    def receive(self, limit: int, visible_until: float) -> Sequence[Delivery] | PortError:
        return AWAY

    def extend(self, deliveries: Sequence[Delivery], visible_until: float) -> Sequence[Sent]:
        return [AWAY] * len(deliveries)

    def settle(self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> Sequence[Sent]:
        return [AWAY] * len(deliveries)


def test_a_tick_that_cannot_ask_for_what_is_due_does_not_say_that_it_moved_it() -> None:
    app = application(done)
    put_off(app, 3)
    half = dataclasses.replace(app, retry_sources=(Away(), *app.retry_sources))
    assert tick(half, Invocation(app)) == {"moved": False, "recovered": 0}
    assert len(received(app.sources[0])) == 3  # the other source is not held up


def test_a_tick_that_finds_no_road_does_not_say_that_it_moved_it() -> None:
    app = application(done)
    put_off(app, 3)
    down = dataclasses.replace(app, post=Post(app.clock, [RecordedRoad(error=AWAY)], []))
    assert tick(down, Invocation(app))["moved"] is False
    app.clock.sleep(60.0)
    assert tick(app, Invocation(app))["moved"] is True
    assert len(received(app.sources[0])) == 3


def test_where_the_commit_is_the_message_retries_run_here_within_what_the_invocation_has(tmp_path: Path) -> None:
    seen: list[tuple[float, object]] = []

    def slow(order: Order, step: Step) -> Literal["done"]:
        seen.append((step.deadline, step.lambda_context))
        app.clock.sleep(8.0)
        return "done"

    app = application(slow, tmp_path)
    put_off(app, 10)
    invocation = Invocation(app)
    assert tick(app, invocation)["moved"] is False
    assert len(seen) in range(5, 8)
    assert all(deadline <= invocation.end - MARGIN for deadline, _ in seen)
    assert {context for _, context in seen} == {invocation}


def as_instance(message: Message) -> Instance:
    assert isinstance(message, Instance)
    return message


def recovered_meanwhile(claim: float, runs: float, budget: float) -> list[int]:
    """What ticks of a minute recover while a run of `budget` seconds, in the same function, takes `runs`."""
    found: list[int] = []

    def long(order: Order, step: Step) -> Literal["done"]:
        end = app.clock.now() + runs
        while app.clock.now() < end:
            app.clock.sleep(50.0)
            found.append(tick(app, Invocation(app, budget))["recovered"])
        return "done"

    app = application(long, retries=0, claim=claim)
    app.client.start("orders", {}, correlation_id="o-0")
    deliveries = received(app.sources[0])
    app.dispatcher.handle(deliveries, app.clock.now() + budget)
    assert [as_instance(one.message).step for one in received(app.sources[0])] == [1]
    return found


def test_a_run_that_takes_its_invocation_s_time_is_not_taken_for_one_that_is_stuck() -> None:
    assert sum(recovered_meanwhile(claim=30.0, runs=850.0, budget=900.0)) == 0


def test_a_claim_that_is_longer_than_the_invocation_of_the_timer_counts() -> None:
    """The timer may be a function of its own, or beside workers."""
    assert sum(recovered_meanwhile(claim=900.0, runs=850.0, budget=60.0)) == 0
