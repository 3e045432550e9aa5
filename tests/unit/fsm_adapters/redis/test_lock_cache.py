"""What the suite of the port does not ask of Redis."""

from __future__ import annotations

import time
from collections.abc import Sequence

from fsm_adapters.redis.client import RedisClient, RedisPipeline, redis_client
from fsm_adapters.redis.lock_cache import PREFIX, RedisLockCache
from fsm_adapters.system.clock import SystemClock, VirtualClock
from fsm_ports import Busy, Lease
from tests import lock_servers
from tests.unit.fsm_adapters.redis.conftest import Open


class _Counting:
    """Counts round trips: as client, and as pipeline."""

    def __init__(self, client: RedisClient) -> None:
        self.trips = 0
        self._client, self._pipeline = client, client.pipeline(transaction=False)

    def pipeline(self, transaction: bool) -> RedisPipeline:
        self._pipeline = self._client.pipeline(transaction=transaction)
        return self

    def execute_command(self, *command: object) -> object:
        return self._pipeline.execute_command(*command)

    def execute(self, raise_on_error: bool) -> Sequence[object]:
        self.trips += 1
        return self._pipeline.execute(raise_on_error=raise_on_error)

    def close(self) -> object:
        return self._client.close()


def _until() -> float:
    return time.time() + 1000


def test_batch_is_one_round_trip_once_the_server_knows_the_script(server: lock_servers.Server, url: str) -> None:
    lock_servers.command(server.port, "SCRIPT", "FLUSH")
    client = _Counting(redis_client(url)())
    locks = RedisLockCache(lambda: client, source=url, clock=SystemClock())
    keys = [f"k-{n}" for n in range(100)]
    first = locks.acquire(keys, "alice", _until())
    assert client.trips == 2, "the first time the script has to go along"
    assert locks.acquire(keys, "alice", _until()) == first
    assert client.trips == 3
    assert locks.acquire([], "alice", _until()) == []
    locks.release([], "alice")
    assert client.trips == 3
    client.close()


def test_script_that_the_server_forgot_is_sent_again(server: lock_servers.Server, url: str, open_locks: Open) -> None:
    locks = open_locks(url)
    first = locks.acquire(["a", "b"], "alice", _until())
    lock_servers.command(server.port, "SCRIPT", "FLUSH")
    assert locks.acquire(["a", "b"], "alice", _until()) == first
    lock_servers.command(server.port, "SCRIPT", "FLUSH")
    locks.release(["a"], "alice")
    assert [type(result) for result in locks.acquire(["a", "b"], "bob", _until())] == [Lease, Busy]


def test_callers_whose_clocks_differ_keep_each_other_out(url: str, open_locks: Open) -> None:
    early, late = VirtualClock(1_000_000_000.0), VirtualClock(3_000_000_000.0)
    first, second = open_locks(url, early), open_locks(url, late)
    assert isinstance(first.acquire(["k"], "alice", early.now() + 60)[0], Lease)
    (busy,) = second.acquire(["k"], "bob", late.now() + 60)
    assert isinstance(busy, Busy)
    assert late.now() + 59 < busy.until <= late.now() + 60, "in the time of who asks"


def test_lease_that_is_over_before_it_begins_keeps_nobody_out(url: str, open_locks: Open) -> None:
    locks = open_locks(url)
    assert isinstance(locks.acquire(["k"], "alice", 0.0)[0], Lease)
    assert isinstance(locks.acquire(["k"], "bob", _until())[0], Lease)


def test_lease_without_end_is_given(url: str, open_locks: Open) -> None:
    locks = open_locks(url)
    assert isinstance(locks.acquire(["k"], "alice", float("inf"))[0], Lease)
    (busy,) = locks.acquire(["k"], "bob", _until())
    assert isinstance(busy, Busy)
    assert busy.until > _until()


def test_any_text_is_a_key_and_an_owner(url: str, open_locks: Open) -> None:
    locks = open_locks(url)
    assert isinstance(locks.acquire(["\ud800", "", "{}", "a\nb"], "\udc00 x", _until())[0], Lease)
    assert {type(r) for r in locks.acquire(["\ud800", "", "{}", "a\nb"], "\udc00", _until())} == {Busy}


def test_fence_outlives_its_lease_for_a_day(server: lock_servers.Server, url: str, open_locks: Open) -> None:
    open_locks(url).acquire(["k"], "alice", time.time() + 10)
    left = lock_servers.command(server.port, "PTTL", f"{PREFIX.decode()}k")
    assert 86_400_000 < int(left.strip(b":\r\n")) <= 86_410_000


def test_flush_in_mid_lease_gives_the_lease_away_with_a_higher_fence(
    server: lock_servers.Server, url: str, open_locks: Open
) -> None:
    locks = open_locks(url)
    (first,) = locks.acquire(["k"], "alice", _until())
    time.sleep(0.002)  # the server's clock shows another millisecond
    lock_servers.command(server.port, "FLUSHALL")
    (second,) = locks.acquire(["k"], "bob", _until())
    assert isinstance(first, Lease)
    assert isinstance(second, Lease)
    assert second.fence > first.fence
