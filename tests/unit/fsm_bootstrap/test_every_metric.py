"""Every metric is made by the protocol as it is wired, and bears what its meaning says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pytest

from fsm_adapters.memory import MemoryLockCache, MemoryMetrics, MemoryQueue
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap.container import Container
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_domain.runtime.client import Client
from fsm_domain.runtime.dispatcher import Dispatcher
from fsm_domain.runtime.recoverer import Recoverer
from fsm_ports.errors import PortError
from fsm_ports.instance import Instance, Status
from fsm_ports.messages import NACK, Delivery, Unreadable
from fsm_ports.metrics_sink import COUNTERS, TIMERS, Counter, Timer

Order = dict[str, object]


def work(order: Order, step: Step) -> Literal["done"]:
    if order.get("hopeless") or (order.get("flaky") and step.retries == 0):
        raise TimeoutError("no answer")
    return "done"


def orders() -> Machine[str, Order]:
    state, final = State[str, Order], FinalState[str, Order]
    states = [state("pack").on("done", "end").do(work), final("end")]
    return Machine[str, Order]("orders", dict, initial="pack", states=states, retry=RetryPolicy(max_retries=1))


class Works:
    """One process on memory back ends, step by step."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        first, second, rest = (Source(f"memory://{name}") for name in ("first", "second", "rest"))
        settings = ExplicitSettings(
            primary_stream_source=first,
            secondary_stream_source=second,
            primary_checkpoint_source=rest,
            primary_cache_source=rest,
            primary_metrics_source=rest,
            adopt_in_flight=True,
        )
        machines = {"orders": orders()}
        container = Container(settings=settings, machines=machines, clock=self.clock, random=SeededRandom(0))
        shared: Supplies = container.supplies()
        self.metrics = shared.shared(MemoryMetrics, rest, MemoryMetrics)
        self.queues = [shared.shared(MemoryQueue, at, lambda: MemoryQueue(self.clock)) for at in (first, second)]
        self.client: Client = container.client()
        self.dispatcher: Dispatcher = container.dispatcher()
        self.recoverer: Recoverer = container.recoverer()
        self.lock = shared.shared(MemoryLockCache, rest, lambda: MemoryLockCache(self.clock))

    @property
    def made(self) -> dict[str, set[tuple[str, str, str]]]:
        """The metrics, each with what it bears: machine, state and event."""
        found: dict[str, set[tuple[str, str, str]]] = {}
        for figure in self.metrics.figures:
            found.setdefault(figure.name, set()).add((figure.machine, figure.state, figure.event))
        return found

    def start(self, **order: object) -> str:
        return self.client.start("orders", order).correlation_id

    def received(self, queue: MemoryQueue) -> Sequence[Delivery]:
        deliveries = queue.receive(10, self.clock.now() + 30)
        assert not isinstance(deliveries, PortError)
        return deliveries

    def handle(self) -> None:
        """What is due, once."""
        for queue in self.queues:
            deliveries = self.received(queue)
            queue.settle(deliveries, self.dispatcher.handle(deliveries, self.clock.now() + 30))

    def work_off(self) -> None:
        """Everything that is and becomes due."""
        for _ in range(10):
            self.handle()
            self.clock.sleep(60)


def ordinary(works: Works) -> None:
    works.start(flaky=True)
    works.work_off()


def hopeless(works: Works) -> None:
    works.start(hopeless=True)
    works.work_off()


def delivered_twice(works: Works) -> None:
    works.start()
    unsettled = works.received(works.queues[0])
    works.dispatcher.handle(unsettled, works.clock.now() + 30)
    works.work_off()


def held_by_another(works: Works) -> None:
    works.lock.acquire([f"{works.start()}:0"], "another", works.clock.now() + 30)
    works.handle()


def unreadable(works: Works) -> None:
    works.dispatcher.handle([Delivery(Unreadable("?", "no JSON"), None, "p-1")], works.clock.now() + 30)


def of_another_framework(works: Works) -> None:
    foreign = Instance("orders", "m-1", "", 1, Status.RUNNING, False, "pack", "done", "{}")
    works.dispatcher.handle([Delivery(foreign, None, "p-1")], works.clock.now() + 30)


def out_of_time(works: Works) -> None:
    works.start()
    assert list(works.dispatcher.handle(works.received(works.queues[0]), works.clock.now())) == [NACK]


def lost(works: Works) -> None:
    works.start()
    works.received(works.queues[0])
    works.clock.sleep(3600)
    assert works.recoverer.recover(1800) == 1


def primary_down(works: Works) -> None:
    works.queues[0].max_bytes = 0
    works.start()


SITUATIONS: dict[Counter | Timer, tuple[Callable[[Works], None], tuple[str, str, str]]] = {
    "started": (ordinary, ("orders", "", "")),
    "transition": (ordinary, ("orders", "pack", "done")),
    "completed": (ordinary, ("orders", "end", "")),
    "retry": (ordinary, ("orders", "pseudo_init", "pseudo_init")),
    "fatal": (hopeless, ("orders", "pseudo_init", "pseudo_init")),
    "duplicate": (delivered_twice, ("orders", "pseudo_init", "pseudo_init")),
    "busy": (held_by_another, ("orders", "pseudo_init", "pseudo_init")),
    "quarantined": (unreadable, ("", "", "")),
    "nacked": (out_of_time, ("orders", "pseudo_init", "pseudo_init")),
    "recovered": (lost, ("orders", "pseudo_init", "pseudo_init")),
    "failover": (primary_down, ("orders", "pseudo_init", "pseudo_init")),
    "adopted": (of_another_framework, ("orders", "pack", "done")),
    "action": (ordinary, ("orders", "pack", "done")),
    "machine": (ordinary, ("orders", "end", "")),
}
"""For each metric, what makes it, and the machine, state and event that it then bears."""


def test_every_metric_has_a_situation_that_makes_it() -> None:
    assert set(SITUATIONS) == {*COUNTERS, *TIMERS}


@pytest.mark.parametrize("name", SITUATIONS)
def test_metric_is_made_by_its_situation(name: Counter | Timer) -> None:
    situation, kind = SITUATIONS[name]
    works = Works()
    situation(works)
    assert kind in works.made.get(name, ())


def test_a_life_without_trouble_makes_no_other_metrics() -> None:
    works = Works()
    works.start()
    works.work_off()
    assert set(works.made) == {"started", "transition", "completed", "action", "machine"}
