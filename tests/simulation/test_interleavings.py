"""People against workers: every interleaving of their port calls, on a queue with a store and on one SQLite file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.memory import MemoryCheckpointStore, MemoryMetrics, MemoryQueue
from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_adapters.system.time_limit import ElapsedTimeLimit
from fsm_bootstrap.simulation.simulation import never
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.failover.post import Post
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.errors import Conflict
from fsm_domain.runtime.operator import Operator
from fsm_domain.runtime.registry import registry
from fsm_domain.runtime.runtime import Runtime
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.names import INBOX_EVENTS
from tests.simulation.interleavings import Race, StoppingQueue, StoppingStore, explore

Context = dict[str, Any]
CLAIM = 30.0
PATIENCE = timedelta(hours=1)


def asked(context: Context, step: Step) -> Literal["asked"]:
    return "asked"


def book(context: Context, step: Step) -> Literal["done"]:
    context["who"] = [*context.get("who", []), step.data]
    return "done"


def broken(context: Context, step: Step) -> Literal["done"]:
    if step.work == step.number:
        raise ValueError("not before somebody looks at it")
    return "done"


def approval() -> Machine[str, Context]:
    """ask -asked-> wait -yes-> book -done-> granted, or after an hour expired."""
    state, final = State[str, Context], FinalState[str, Context]
    return Machine[str, Context](
        "approval", dict, initial="ask",
        states=[state("ask").on("asked", "wait").do(asked),
                state("wait").on("yes", "book").after(PATIENCE, "expired"),
                state("book").on("done", "granted").do(book), final("granted"), final("expired")],
    )  # fmt: skip


def transfer() -> Machine[str, Context]:
    """pay -done-> paid; fails at once, and succeeds after a redrive."""
    state, final = State[str, Context], FinalState[str, Context]
    return Machine[str, Context](
        "transfer", dict, initial="pay", retry=RetryPolicy(max_retries=1, base=1.0),
        states=[state("pay").on("done", "paid").do(broken), final("paid")],
    )  # fmt: skip


class World:
    """One machine on one back end, and the people around it; each port call stops for the schedule."""

    def __init__(self, folder: Path | None, number: int) -> None:
        self.clock, chance = VirtualClock(), SeededRandom(number)
        if folder is None:
            queue: MemoryQueue | SqliteRecordBus = MemoryQueue(self.clock, max_delay=1e9)
            store: MemoryCheckpointStore | SqliteCheckpointStore = MemoryCheckpointStore()
        else:
            file = SqliteFile(folder / f"{number}.db", self.clock, chance)
            queue, store = SqliteRecordBus(file), SqliteCheckpointStore(file)
        self.queue = StoppingQueue(queue)
        self.runtime = Runtime(
            machines=registry([approval(), transfer()]), store=StoppingStore(store),
            post=Post(self.clock, [self.queue], [self.queue]), codec=JsonCodec(), clock=self.clock, random=chance,
            wait=never, limit=ElapsedTimeLimit(self.clock), metrics=MemoryMetrics(),
        )  # fmt: skip
        self.operator, self.client = Operator(self.runtime), Client(self.runtime)
        self.told: dict[str, str] = {}

    def start(self, machine: str = "approval") -> None:
        self.client.start(machine, {}, correlation_id="a")

    def work(self) -> None:
        """One batch of a worker of its own."""
        received = self.queue.receive(10, self.clock.now() + CLAIM)
        assert not isinstance(received, PortError)
        if received:
            self.queue.settle(received, Dispatcher(self.runtime).handle(received, self.clock.now() + CLAIM))

    def finish(self, seconds: int = 120) -> None:
        for _ in range(seconds):
            self.work()
            self.clock.advance(1.0)

    def read(self) -> Instance:
        return self.client.get("a")

    def tell(self, name: str, act: Callable[[], object]) -> Callable[[], None]:
        """A task that notes what became of the act."""

        def task() -> None:
            try:
                self.told[name] = str(act())
            except Conflict as error:
                self.told[name] = f"conflict: {error}"

        return task

    def send(self, event_id: str) -> Callable[[], None]:
        return self.tell(event_id, lambda: self.operator.send("a", "yes", f'"{event_id}"', event_id))


Make = Callable[[], World]


@pytest.fixture(params=["queue", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    made: list[int] = []

    def world() -> World:
        made.append(1)
        return World(tmp_path if request.param == "sqlite" else None, len(made))

    return world


def waiting(make: Make) -> World:
    world = make()
    world.start()
    world.work()
    world.work()
    assert world.read().status is Status.WAITING
    return world


def test_an_event_sent_while_the_machine_comes_to_wait_is_never_lost(make: Make) -> None:
    def prepare() -> Race:
        world = make()
        world.start()
        world.work()

        def check() -> None:
            assert world.told["e1"] in ("taken", "inbox")
            world.finish()
            assert (world.read().state, world.read().context) == ("granted", '{"who":["e1"]}')

        return Race([world.work, world.send("e1")], check)

    assert explore(prepare) > 20


def test_of_an_event_and_a_deadline_at_the_same_instant_exactly_one_wins(make: Make) -> None:
    def prepare() -> Race:
        world = waiting(make)
        world.clock.advance(PATIENCE.total_seconds())

        def check() -> None:
            world.finish()
            assert world.read().state == ("granted" if world.told["e1"] == "taken" else "expired")

        return Race([world.work, world.send("e1")], check)

    assert explore(prepare) > 20


def test_of_two_events_for_one_wait_one_is_taken_and_none_is_half_taken(make: Make) -> None:
    def prepare() -> Race:
        world = waiting(make)

        def check() -> None:
            world.finish()
            assert world.read().state == "granted"
            taken = [name for name, told in world.told.items() if told == "taken"]
            assert world.read().context == f'{{"who":["{taken[0]}"]}}'
            assert len(taken) == 1

        return Race([world.send("e1"), world.send("e2")], check)

    assert explore(prepare) > 5


def test_an_event_against_an_abort(make: Make) -> None:
    def prepare() -> Race:
        world = waiting(make)

        def check() -> None:
            world.finish()
            assert world.told["abort"] != ""
            assert world.read().status is Status.ABORTED

        return Race([world.send("e1"), world.tell("abort", lambda: world.operator.abort("a", "enough"))], check)

    assert explore(prepare) > 5


def test_a_redrive_against_the_last_retry_runs_each_step_once(make: Make) -> None:
    def prepare() -> Race:
        world = make()
        world.start("transfer")
        world.work()
        world.clock.advance(2.0)

        def redrive() -> str:
            return world.operator.redrive("a").status.value

        def check() -> None:
            world.finish()
            if world.told["redrive"].startswith("conflict"):
                assert world.read().status is Status.FAILED
                world.operator.redrive("a")
                world.finish()
            assert (world.read().status, world.read().step) == (Status.COMPLETED, 3)

        return Race([world.work, world.tell("redrive", redrive)], check)

    assert explore(prepare) > 5


def test_a_pause_in_mid_action_keeps_the_finished_run_and_starts_nothing(make: Make) -> None:
    def prepare() -> Race:
        world = make()
        world.start()

        def check() -> None:
            world.finish(40)
            paused = world.read()
            assert paused.paused
            world.operator.resume("a")
            world.finish(40)
            assert (world.read().status, world.read().paused) == (Status.WAITING, False)

        def pause() -> str:
            return world.operator.pause("a", "audit").status.value

        return Race([world.work, world.tell("pause", pause)], check)

    assert explore(prepare) > 5


def test_of_two_events_for_the_last_place_in_the_inbox_none_is_lost_in_silence(make: Make) -> None:
    def prepare() -> Race:
        world = make()
        world.start()
        for n in range(INBOX_EVENTS - 1):
            world.operator.send("a", "yes", None, f"x{n}")

        def check() -> None:
            kept = [name for name, told in world.told.items() if told == "inbox"]
            assert len(kept) == 1
            assert len(world.read().inbox) == INBOX_EVENTS
            assert kept[0] in {event.id for event in world.read().inbox}

        return Race([world.send("e1"), world.send("e2")], check)

    assert explore(prepare) > 2
