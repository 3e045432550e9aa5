"""What the lock cache remembers."""

from __future__ import annotations

from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.lock_cache import MEMORY, SqliteLockCache
from fsm_adapters.system.clock import VirtualClock
from fsm_ports import Lease


def _keys(file: SqliteFile) -> list[str]:
    return [key for (key,) in file.connection().db.execute("SELECT key FROM lease ORDER BY key")]


def test_fence_is_remembered_long_after_the_end_of_a_lease(file: SqliteFile, clock: VirtualClock) -> None:
    locks = SqliteLockCache(file)
    locks.acquire(["k"], "alice", clock.now() + 10)
    clock.advance(MEMORY)
    assert list(locks.acquire(["k"], "bob", clock.now() + 10)) == [Lease(2)]


def test_leases_long_past_do_not_pile_up(file: SqliteFile, clock: VirtualClock) -> None:
    locks = SqliteLockCache(file)
    for number in range(5):
        locks.acquire([f"k-{number}"], "alice", clock.now() + 10)
        locks.release([f"k-{number}"], "alice")
    clock.advance(MEMORY + 11)
    locks.acquire(["new"], "alice", clock.now() + 10)
    assert _keys(file) == ["new"]
