"""What the memory adapters refuse for its size."""

from __future__ import annotations

from fsm_adapters.memory import MemoryCheckpointStore, MemoryEnvironmentStore, MemoryHistoryLog
from fsm_adapters.memory.sizes import too_large
from fsm_adapters.system.clock import VirtualClock
from fsm_contract import samples
from fsm_ports import Commit, Committed, InboxEvent, PortRejected
from fsm_ports.writes import AppendEvent, Fail, Pause


def test_sizes_are_bytes() -> None:
    assert too_large(("é" * 50, None, ""), 100, "x") is None
    assert isinstance(too_large(("é" * 50, "x"), 100, "x"), PortRejected)


def test_refusal_says_how_much_is_too_much_and_quotes_nothing() -> None:
    refusal = too_large(("secret" * 20,), 100, "memory://")
    assert str(refusal) == "memory://: 120 bytes are more than 100"


def test_inbox_counts() -> None:
    store = MemoryCheckpointStore(max_bytes=1000)
    first = samples.record("a", 1.0)
    store.commit([Commit(first)])
    (result,) = store.mark([AppendEvent("a", 0, InboxEvent("e-1", "paid", "x" * 900), 1.0)])
    assert isinstance(result, PortRejected)
    assert list(store.read(["a"])) == [first]


def test_error_counts() -> None:
    store = MemoryCheckpointStore(max_bytes=1000)
    store.commit([Commit(samples.record("a", 1.0))])
    assert isinstance(store.mark([Fail("a", 0, "x" * 1000, 1.0)])[0], PortRejected)


def test_write_whose_history_is_too_large_does_not_take_place() -> None:
    history = MemoryHistoryLog(max_bytes=1000)
    store = MemoryCheckpointStore(history)
    assert isinstance(store.commit([Commit(samples.record("a", 1.0))])[0], Committed)
    (result,) = store.mark([Pause("a", "x" * 1000, 1.0)])
    assert isinstance(result, PortRejected)
    assert list(store.read(["a"])) == [samples.record("a", 1.0)]


def test_environment_too_large_is_rejected() -> None:
    store = MemoryEnvironmentStore(VirtualClock())
    assert isinstance(store.put("k", {"A": "x" * 500_000}, 2e9), PortRejected)
    assert store.get("k") is None
