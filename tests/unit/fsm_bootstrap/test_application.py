"""Wiring: which back end serves as what, and that every part can be made."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from fsm_adapters.memory.checkpoint_store import MemoryCheckpointStore
from fsm_adapters.memory.event_bus import MemoryQueue
from fsm_adapters.sqlite.queue import SqliteQueue
from fsm_adapters.sqlite.record_bus import SqliteRecordBus
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_bootstrap import registry
from fsm_bootstrap.application import App, build_application, build_worker
from fsm_bootstrap.builders import build_limits
from fsm_bootstrap.container import Container
from fsm_bootstrap.registry import Stream
from fsm_bootstrap.settings import ExplicitSettings, Settings
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_domain import FinalState, Machine, MachineError, State, Step
from fsm_domain.failover.checkpoint_store import HomedCheckpointStore
from fsm_ports.errors import PortError, PortMisconfigured
from fsm_ports.history_log import Happened
from fsm_ports.instance import Status

MEMORY = Source("memory://")
ATTEMPTS = 100


def work(order: dict[str, object], step: Step) -> Literal["done"]:
    if step.retries == 0 and order.get("fail"):
        raise TimeoutError("no answer")
    order["done"] = True
    return "done"


def machine(name: str = "orders") -> Machine[str, dict[str, object]]:
    state, final = State[str, dict[str, object]], FinalState[str, dict[str, object]]
    states = [state("work").on("done", "packed").do(work), state("packed").on("done", "end").do(work), final("end")]
    return Machine[str, dict[str, object]](name, dict, initial="work", states=states)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    return iter([tmp_path])


def run_to_rest(app: App, correlation_id: str) -> list[Happened]:
    """Work until the machine is at rest; what its history says."""
    worker = build_worker(app)
    for _ in range(ATTEMPTS):
        if app.client.get(correlation_id).status is not Status.RUNNING:
            break
        if worker.run_once() == 0:
            app.clock.sleep(1.0)
    assert app.history is not None
    entries = app.history.read(correlation_id)
    assert not isinstance(entries, PortError)
    return [entry.happened for entry in entries]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "settings",
    [
        ExplicitSettings(),
        ExplicitSettings(primary_stream_source=MEMORY),
        ExplicitSettings(primary_stream_source=MEMORY, primary_checkpoint_source=Source("sqlite:///fsm.db")),
        ExplicitSettings(primary_stream_source=Source("sqlite:///a.db"), primary_checkpoint_source=Source("sqlite:///b.db")),
        ExplicitSettings(secondary_stream_source=MEMORY, primary_retry_source=MEMORY),
        ExplicitSettings(secondary_checkpoint_source=Source("sqlite:///second.db")),
        ExplicitSettings(primary_cache_source=MEMORY, secondary_cache_source=Source("sqlite:///fsm.db")),
        ExplicitSettings(primary_history_source=MEMORY),
    ],
    ids=[
        "one file", "memory", "memory stream", "two files", "other roads", "two homes", "locks", "history elsewhere",
    ],
)  # fmt: skip
def test_a_machine_runs_to_its_end_and_its_history_is_whole(settings: Settings, clock: VirtualClock) -> None:
    app = build_application(settings, [machine()], clock=clock, random=SeededRandom(1))
    started = app.client.start("orders", {"fail": True})
    happened = run_to_rest(app, started.correlation_id)
    assert app.client.get(started.correlation_id).status is Status.COMPLETED
    assert happened == [Happened.STARTED, Happened.RETRY, Happened.STEP, Happened.RETRY, Happened.STEP, Happened.STEP]


def test_every_provider_can_be_resolved(tmp_path: Path, clock: VirtualClock) -> None:
    file = Source(f"sqlite:///{tmp_path}/fsm.db")
    settings = ExplicitSettings(
        primary_stream_source=file, secondary_stream_source=MEMORY, primary_retry_source=file,
        secondary_retry_source=MEMORY, primary_checkpoint_source=file, secondary_checkpoint_source=MEMORY,
        primary_cache_source=file, secondary_cache_source=MEMORY, primary_environment_source=file,
        secondary_environment_source=MEMORY, primary_metrics_source=Source("log://"), secondary_metrics_source=MEMORY,
        primary_container_source=MEMORY, primary_history_source=file, dead_letter_source=MEMORY,
    )  # fmt: skip
    container = Container(settings=settings, machines={}, clock=clock, random=SeededRandom(1))
    assert len(container.providers) > 20
    for name, provider in container.providers.items():
        assert provider() is provider(), name


@pytest.mark.usefixtures("here")
def test_one_file_is_store_bus_and_retry_scheduler_and_chains(clock: VirtualClock) -> None:
    container = Container(settings=ExplicitSettings(), machines={}, clock=clock, random=SeededRandom(1))
    roads, store = container.roads(), container.store()
    assert isinstance(roads.buses[0], SqliteRecordBus)
    assert [*roads.buses, *roads.schedulers, *roads.sources] == [roads.buses[0]] * 3
    assert store.emits
    assert container.limits().chain == 10


@pytest.mark.usefixtures("here")
def test_records_in_another_file_do_not_travel_by_themselves(clock: VirtualClock) -> None:
    settings = ExplicitSettings(primary_stream_source=Source("sqlite:///stream.db"))
    settings = settings.model_copy(update={"primary_checkpoint_source": Source("sqlite:///records.db")})
    container = Container(settings=settings, machines={}, clock=clock, random=SeededRandom(1))
    assert isinstance(container.roads().buses[0], SqliteQueue)
    assert not container.store().emits


def test_memory_is_bus_scheduler_and_source_in_one(clock: VirtualClock) -> None:
    settings = ExplicitSettings(primary_stream_source=MEMORY)
    roads = Container(settings=settings, machines={}, clock=clock, random=SeededRandom(1)).roads()
    assert isinstance(roads.buses[0], MemoryQueue)
    assert [*roads.buses, *roads.schedulers, *roads.sources] == [roads.buses[0]] * 3


@pytest.mark.usefixtures("here")
def test_secondaries_come_after_primaries(clock: VirtualClock) -> None:
    settings = ExplicitSettings(secondary_stream_source=MEMORY, secondary_retry_source=Source("memory://retries"))
    roads = Container(settings=settings, machines={}, clock=clock, random=SeededRandom(1)).roads()
    assert [type(bus) for bus in roads.buses] == [SqliteRecordBus, MemoryQueue]
    assert [type(each) for each in roads.schedulers] == [SqliteRecordBus, MemoryQueue, MemoryQueue]
    assert len(roads.sources) == 3


@pytest.mark.usefixtures("here")
def test_two_checkpoint_sources_are_two_homes(clock: VirtualClock) -> None:
    settings = ExplicitSettings(secondary_checkpoint_source=MEMORY)
    container = Container(settings=settings, machines={}, clock=clock, random=SeededRandom(1))
    assert isinstance(container.store(), HomedCheckpointStore)
    assert len(container.homes()) == 2


@pytest.mark.usefixtures("here")
def test_history_off_keeps_none(clock: VirtualClock) -> None:
    app = build_application(ExplicitSettings(history=False), [machine()], clock=clock)
    app.client.start("orders", {}, correlation_id="a")
    build_worker(app).run_once()
    assert app.history is None
    again = build_application(ExplicitSettings(), [machine()], clock=clock)
    assert again.history is not None
    assert again.history.read("a") == []


def test_where_nothing_can_hold_a_message_retries_go_at_once_and_that_is_said(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(registry.BUILT_IN, ("stream", "pipe"), f"{__name__}:pipe")
    settings = ExplicitSettings(primary_stream_source=Source("pipe://"), primary_checkpoint_source=MEMORY)
    app = build_application(settings, [machine()], clock=clock)
    assert not app.post.holds
    assert "PRIMARY_RETRY_SOURCE is not set to what can hold a message: retries are made at once" in caplog.text


def pipe(source: Source, supplies: Supplies) -> Stream:
    """A stream that nobody can poll and that holds nothing."""
    return Stream(MemoryQueue(supplies.clock, name=source, max_delay=0.0))


def test_nothing_to_poll_is_said_when_a_worker_is_wanted(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, ("stream", "held"), f"{__name__}:held")
    settings = ExplicitSettings(primary_stream_source=Source("held://"), primary_checkpoint_source=MEMORY)
    app = build_application(settings, [machine()], clock=clock)
    with pytest.raises(PortMisconfigured, match="PRIMARY_STREAM_SOURCE=held://: a worker cannot poll it"):
        build_worker(app)


def held(source: Source, supplies: Supplies) -> Stream:
    """A stream that holds, and that a service delivers from."""
    queue = MemoryQueue(supplies.clock, name=source)
    return Stream(queue, None, queue)


def test_chaining_over_a_store_that_cannot_hold_is_refused() -> None:
    class Emitting(MemoryCheckpointStore):
        emits = True

    settings = ExplicitSettings(primary_stream_source=MEMORY, max_chained_transitions=2)
    with pytest.raises(PortMisconfigured, match=r"MAX_CHAINED_TRANSITIONS=2: .* set it to 1"):
        build_limits(settings, Emitting())


def test_two_machines_of_one_name_are_refused(clock: VirtualClock) -> None:
    with pytest.raises(MachineError, match="two machines are called 'orders'"):
        build_application(ExplicitSettings(primary_stream_source=MEMORY), [machine(), machine()], clock=clock)


def test_secondary_that_is_the_primary_is_warned_of(clock: VirtualClock, caplog: pytest.LogCaptureFixture) -> None:
    settings = ExplicitSettings(
        primary_stream_source=MEMORY, primary_cache_source=MEMORY, secondary_cache_source=MEMORY
    )
    with caplog.at_level(logging.WARNING):
        build_application(settings, [machine()], clock=clock)
    assert "SECONDARY_CACHE_SOURCE is the same as PRIMARY_CACHE_SOURCE" in caplog.text
