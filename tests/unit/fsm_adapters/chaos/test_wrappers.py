"""Each wrapper lets through what the adapter can do, and its faults do what they say."""

from __future__ import annotations

from fsm_adapters.chaos import (
    Chaos,
    ChaosCheckpointStore,
    ChaosContainerRunner,
    ChaosEnvironmentStore,
    ChaosEventBus,
    ChaosHistoryLog,
    ChaosLockCache,
    ChaosMessageSource,
    ChaosRetryScheduler,
)
from fsm_adapters.memory import (
    MemoryCheckpointStore,
    MemoryContainerRunner,
    MemoryEnvironmentStore,
    MemoryHistoryLog,
    MemoryLockCache,
    MemoryQueue,
    MemoryStream,
    MemoryTable,
)
from fsm_adapters.system.clock import VirtualClock
from fsm_adapters.system.random import SeededRandom
from fsm_ports import (
    ACK,
    Busy,
    Commit,
    Committed,
    ContainerTask,
    Happened,
    HistoryEntry,
    Instance,
    InstanceQuery,
    Lease,
    OutcomeUnknown,
    Outgoing,
    Page,
    PortError,
    PortUnavailable,
    Status,
)
from fsm_ports.writes import Pause

COUNT = 200


def _unavailable() -> Chaos:
    return Chaos(SeededRandom(1), unavailable=1.0)


def _unknown() -> Chaos:
    return Chaos(SeededRandom(1), unknown=1.0)


def _record(name: str) -> Instance:
    return Instance("orders", name, "d", 0, Status.RUNNING, False, "a", "go", "{}", started_at=1e9, updated_at=1e9)


def _some(count: int) -> bool:
    """About half of them: neither none nor all."""
    return COUNT / 4 < count < COUNT * 3 / 4


def _names() -> list[str]:
    return [f"o-{n}" for n in range(COUNT)]


def test_abilities_of_the_adapter_pass_through() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock, max_delay=77.0, max_bytes=1234)
    retries = ChaosRetryScheduler(queue, _unavailable())
    assert (retries.max_delay, retries.max_bytes) == (77.0, 1234)
    assert ChaosEventBus(queue, _unavailable()).max_bytes == 1234
    for store in (MemoryCheckpointStore(), MemoryTable(MemoryStream(clock), MemoryHistoryLog())):
        wrapped = ChaosCheckpointStore(store, _unavailable())
        assert (wrapped.emits, wrapped.can_hold, wrapped.keeps_history) == (
            store.emits, store.can_hold, store.keeps_history,
        )  # fmt: skip


def test_bus() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock)
    messages = [Outgoing(_record(name)) for name in _names()]
    assert {type(sent) for sent in ChaosEventBus(queue, _unavailable()).send(messages)} == {PortUnavailable}
    assert queue.receive(COUNT, clock.now() + 60) == []
    assert {type(sent) for sent in ChaosRetryScheduler(queue, _unknown()).send(messages)} == {OutcomeUnknown}
    received = queue.receive(COUNT, clock.now() + 60)
    assert not isinstance(received, PortError)
    assert _some(len(received))


def test_source() -> None:
    clock = VirtualClock()
    queue = MemoryQueue(clock)
    queue.send([Outgoing(_record(name)) for name in _names()])
    assert isinstance(ChaosMessageSource(queue, _unavailable()).receive(1, clock.now() + 60), PortUnavailable)
    lost = ChaosMessageSource(queue, _unknown())
    assert {type(lost.receive(1, clock.now() + 60)) for _ in range(COUNT)} == {OutcomeUnknown}
    left = queue.receive(COUNT, clock.now() + 60)
    assert not isinstance(left, PortError)
    assert _some(len(left))
    assert {type(sent) for sent in lost.extend(left, clock.now() + 120)} == {OutcomeUnknown}
    assert {type(sent) for sent in lost.settle(left, [ACK] * len(left))} == {OutcomeUnknown}
    clock.advance(1000)
    again = queue.receive(COUNT, clock.now() + 60)
    assert not isinstance(again, PortError)
    assert COUNT / 2 < len(again) < COUNT


def test_store() -> None:
    store = MemoryCheckpointStore()
    commits = [Commit(_record(name)) for name in _names()]
    refusing, losing = ChaosCheckpointStore(store, _unavailable()), ChaosCheckpointStore(store, _unknown())
    assert {type(result) for result in refusing.commit(commits)} == {PortUnavailable}
    assert {type(result) for result in losing.commit(commits)} == {OutcomeUnknown}
    written = [found.correlation_id for found in store.read(_names()) if isinstance(found, Instance)]
    assert _some(len(written))
    assert {type(found) for found in losing.read(_names())} == {OutcomeUnknown}
    assert isinstance(refusing.find(InstanceQuery()), PortUnavailable)
    assert {type(result) for result in losing.mark([Pause(name, "", 1e9) for name in written])} == {OutcomeUnknown}
    paused = [found for found in store.read(written) if isinstance(found, Instance) and found.paused]
    assert 0 < len(paused) < len(written)


def test_store_answers_each_item_in_its_place() -> None:
    store = MemoryCheckpointStore()
    wrapped = ChaosCheckpointStore(store, Chaos(SeededRandom(2), unavailable=0.3, unknown=0.3))
    for result, name in zip(wrapped.commit([Commit(_record(name)) for name in _names()]), _names(), strict=True):
        assert not isinstance(result, Committed) or result.instance.correlation_id == name
    for found, name in zip(wrapped.read(_names(), [""] * COUNT), _names(), strict=True):
        assert not isinstance(found, Instance) or found.correlation_id == name
    page = store.find(InstanceQuery(limit=COUNT))
    assert isinstance(page, Page)


def test_lock() -> None:
    clock = VirtualClock()
    cache = MemoryLockCache(clock)
    until = clock.now() + 60
    assert {type(r) for r in ChaosLockCache(cache, _unavailable()).acquire(_names(), "a", until)} == {PortUnavailable}
    assert {type(r) for r in ChaosLockCache(cache, _unknown()).acquire(_names(), "a", until)} == {OutcomeUnknown}
    met = cache.acquire(_names(), "b", until)
    assert _some(sum(isinstance(result, Busy) for result in met))
    mine = [name for name, result in zip(_names(), met, strict=True) if isinstance(result, Lease)]
    ChaosLockCache(cache, _unavailable()).release(mine, "b")
    assert {type(result) for result in cache.acquire(mine, "c", until)} == {Busy}
    ChaosLockCache(cache, _unknown()).release(mine, "b")
    assert {type(result) for result in cache.acquire(mine, "c", until)} == {Busy, Lease}


def test_history() -> None:
    log = MemoryHistoryLog()
    entries = [
        HistoryEntry("o-1", step, 1e9, Happened.STEP, "orders", "a", "go", Status.RUNNING) for step in range(COUNT)
    ]
    assert {type(sent) for sent in ChaosHistoryLog(log, _unknown()).append(entries)} == {OutcomeUnknown}
    kept = log.read("o-1")
    assert not isinstance(kept, PortError)
    assert _some(len(kept))
    assert isinstance(ChaosHistoryLog(log, _unavailable()).read("o-1"), PortUnavailable)


def test_environments() -> None:
    store = MemoryEnvironmentStore(VirtualClock())
    lost = ChaosEnvironmentStore(store, _unknown())
    assert {type(lost.put(name, {"A": "1"}, 2e9)) for name in _names()} == {OutcomeUnknown}
    assert _some(sum(store.get(name) is not None for name in _names()))
    assert isinstance(ChaosEnvironmentStore(store, _unavailable()).get("o-1"), PortUnavailable)


def test_containers() -> None:
    runner = MemoryContainerRunner()
    lost = ChaosContainerRunner(runner, _unknown())
    assert {type(lost.run(ContainerTask("image", (), {}, name))) for name in _names()} == {OutcomeUnknown}
    assert _some(len(runner.tasks))
    assert isinstance(
        ChaosContainerRunner(runner, _unavailable()).run(ContainerTask("i", (), {}, "t")), PortUnavailable
    )
