"""What the suite of the port does not ask of memcached."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from hashlib import sha256

from fsm_adapters.system.clock import VirtualClock
from fsm_ports import Busy, Lease, PortRejected, PortUnavailable
from tests import lock_servers
from tests.unit.fsm_adapters.memcached.conftest import Open


def _until() -> float:
    return time.time() + 1000


def _say(port: int, words: bytes) -> bytes:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as link:
        link.sendall(words)
        return link.recv(65536)


def _calls(server: lock_servers.Server) -> dict[str, int]:
    """How often the server was asked to read, and to write."""
    lines = [line.split() for line in _say(server.port, b"stats\r\n").decode().splitlines()]
    counts = {line[1]: line[2] for line in lines if len(line) == 3}
    return {name: int(counts[name]) for name in ("cmd_get", "cmd_set")}


def _name(key: str) -> bytes:
    return f"fsm:lock:{sha256(key.encode()).hexdigest()}".encode()


def test_free_key_takes_one_call(server: lock_servers.Server, url: str, open_locks: Open) -> None:
    locks = open_locks(url)
    locks.acquire(["a", "b", "c"], "alice", _until())
    assert _calls(server) == {"cmd_get": 0, "cmd_set": 3}
    locks.acquire(["a"], "bob", _until())
    assert _calls(server)["cmd_get"] == 1


def test_flush_in_mid_lease_gives_the_lease_away_with_a_higher_fence(
    server: lock_servers.Server, url: str, open_locks: Open
) -> None:
    clock = VirtualClock()
    locks = open_locks(url, clock)
    (first,) = locks.acquire(["k"], "alice", clock.now() + 60)
    clock.advance(0.002)
    assert _say(server.port, b"flush_all\r\n") == b"OK\r\n"
    (second,) = locks.acquire(["k"], "bob", clock.now() + 60)
    assert isinstance(first, Lease)
    assert isinstance(second, Lease)
    assert second.fence > first.fence
    locks.release(["k"], "alice")
    assert isinstance(locks.acquire(["k"], "alice", clock.now() + 60)[0], Busy)


def test_flush_between_two_calls_of_its_owner_is_a_fresh_lease(
    server: lock_servers.Server, url: str, open_locks: Open
) -> None:
    locks = open_locks(url)
    locks.acquire(["k"], "alice", _until())
    _say(server.port, b"flush_all\r\n")
    locks.release(["k"], "alice")
    assert isinstance(locks.acquire(["k"], "alice", _until())[0], Lease)
    assert isinstance(locks.acquire(["k"], "bob", _until())[0], Busy)


def test_key_that_holds_something_else_fails_alone(server: lock_servers.Server, url: str, open_locks: Open) -> None:
    for wrong in (b"hello", b"1", b"one two three", b"1 2"):
        _say(server.port, b"set %b 0 0 %d\r\n%b\r\n" % (_name("b"), len(wrong), wrong))
        before, between, after = open_locks(url).acquire(["a", "b", "c"], "alice", _until())
        assert isinstance(before, Lease)
        assert isinstance(between, PortUnavailable)
        assert "a server of their own" in between.reason
        assert isinstance(after, Lease)
        open_locks(url).release(["a", "b", "c"], "alice")


def test_owner_too_large_for_the_server_is_rejected(url: str, open_locks: Open) -> None:
    locks = open_locks(url)
    results = locks.acquire(["a", "b"], "x" * 2**21, _until())
    assert [type(result) for result in results] == [PortRejected, PortRejected]
    assert {type(result) for result in locks.acquire(["a", "b"], "alice", _until())} == {Lease}


def test_any_text_is_a_key_and_an_owner(url: str, open_locks: Open) -> None:
    locks, keys = open_locks(url), ["\ud800", "", "a\nb", " ", "x" * 3000]
    assert {type(result) for result in locks.acquire(keys, "a\r\n\udc00 x", _until())} == {Lease}
    assert {type(result) for result in locks.acquire(keys, "a\r\n\udc00", _until())} == {Busy}
    locks.release(keys, "a\r\n\udc00 x")
    assert {type(result) for result in locks.acquire(keys, "", _until())} == {Lease}


def test_fence_outlives_its_lease_for_a_day_and_a_long_lease_never_expires(
    server: lock_servers.Server, url: str, open_locks: Open
) -> None:
    locks = open_locks(url)
    locks.acquire(["short"], "alice", time.time() + 60)
    locks.acquire(["long"], "alice", time.time() + 40 * 86_400)
    locks.acquire(["endless"], "alice", 1e12)
    assert 86_450 <= int(_say(server.port, b"mg %b t\r\n" % _name("short")).split()[1][1:]) <= 86_460
    for key in ("long", "endless"):
        assert _say(server.port, b"mg %b t\r\n" % _name(key)) == b"HD t-1\r\n"


def test_keys_of_several_servers_are_spread_and_one_that_is_down_fails_its_keys_alone(open_locks: Open) -> None:
    keys = [f"k-{n}" for n in range(30)]
    first, second = lock_servers.memcached(), lock_servers.memcached()
    with lock_servers.started(first), lock_servers.started(second):
        locks = open_locks(f"memcached://127.0.0.1:{first.port},127.0.0.1:{second.port}")
        held = locks.acquire(keys, "alice", _until())
        assert {type(result) for result in held} == {Lease}
        assert 0 < _calls(first)["cmd_set"] < len(keys)
        second.stop()
        locks.acquire(keys, "alice", _until())  # finds the connections closed
        after = locks.acquire(keys, "alice", _until())
        assert {type(result) for result in after} == {Lease, PortUnavailable}
        assert all(now == then for now, then in zip(after, held, strict=True) if isinstance(now, Lease))
        locks.release(keys, "alice")
