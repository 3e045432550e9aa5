"""What goes wrong on the way to memcached: the port's answer, and how soon it comes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from threading import Barrier, Thread

import pytest

from fsm_adapters.memcached.driver import MemcacheServerError
from fsm_adapters.memcached.errors import port_error
from fsm_adapters.memcached.lock_cache import MemcachedLockCache
from fsm_ports import Lease, LeaseResult, OutcomeUnknown, PortError, PortRejected, PortUnavailable
from tests import lock_servers, wayward_server
from tests.unit.fsm_adapters.memcached.conftest import Open


def _acquire(locks: MemcachedLockCache, *keys: str, owner: str = "alice") -> list[LeaseResult]:
    return list(locks.acquire(list(keys) or ["k"], owner, time.time() + 1000))


def _error(locks: MemcachedLockCache, kind: type[PortError], text: str = "") -> None:
    """What a key meets; releasing raises nothing either."""
    start = time.monotonic()
    first, *further = _acquire(locks, *[f"k-{n}" for n in range(20)])
    locks.release([f"k-{n}" for n in range(20)], "alice")
    assert time.monotonic() - start < 2, "one time-out for a call, however many its keys"
    assert isinstance(first, kind)
    assert text in first.reason
    assert first.source == "memcached://cache"
    assert all(isinstance(result, PortError) for result in further)


def test_refused_connection_is_unavailable(open_locks: Open) -> None:
    _error(open_locks(f"memcached://127.0.0.1:{lock_servers.free_port()}"), PortUnavailable, "refused")


def test_host_that_does_not_exist_is_unavailable(open_locks: Open) -> None:
    _error(open_locks("memcached://no-such-host.invalid"), PortUnavailable, "gaierror")


def test_server_that_accepts_and_never_answers_is_unknown_within_the_time_out(open_locks: Open) -> None:
    with wayward_server.misbehaving(None) as port:
        _error(open_locks(f"memcached://127.0.0.1:{port}", timeout=0.3), OutcomeUnknown, "timed out")


def test_server_that_stands_still_is_unknown_and_then_goes_on(
    server: lock_servers.Server, url: str, open_locks: Open
) -> None:
    locks = open_locks(url, timeout=0.3)
    first = _acquire(locks)
    os.kill(server.pid, signal.SIGSTOP)
    _error(locks, OutcomeUnknown, "timed out")
    os.kill(server.pid, signal.SIGCONT)
    assert _acquire(locks) == first


def test_server_that_dies_in_mid_call_is_unknown(open_locks: Open) -> None:
    with wayward_server.misbehaving([]) as port:
        _error(open_locks(f"memcached://127.0.0.1:{port}"), OutcomeUnknown)


def test_server_that_died_since_the_last_call_is_unknown_once_and_then_unavailable(
    server: lock_servers.Server, url: str, open_locks: Open
) -> None:
    locks = open_locks(url)
    _acquire(locks)
    server.stop()
    assert isinstance(_acquire(locks)[0], OutcomeUnknown)
    assert isinstance(_acquire(locks)[0], PortUnavailable)
    server.start()
    assert isinstance(_acquire(locks)[0], Lease)


def test_connections_that_the_server_closed_are_made_anew(
    server: lock_servers.Server, url: str, open_locks: Open
) -> None:
    """All of them, as each thread has had its own."""
    locks, gate, results = open_locks(url), Barrier(6), list[LeaseResult]()

    def use(number: int) -> None:
        gate.wait(30)
        results.extend(_acquire(locks, f"k-{number}"))

    for _ in range(2):
        threads = [Thread(target=use, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        server.restart()
    assert [type(result) for result in results] == [Lease] * 12


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n", b"\r\n", b"\x80\x00\r\n"])
def test_server_that_is_no_memcached_is_unavailable(answer: bytes, open_locks: Open) -> None:
    with wayward_server.misbehaving([answer] * 200) as port:
        _error(open_locks(f"memcached://127.0.0.1:{port}"), PortUnavailable)


@pytest.mark.parametrize("answer", [b"VALUE\r\n", b"VALUE k 0 x 1\r\n", b"VALUE fsm 0 2\r\n"])
def test_value_that_cannot_be_read_is_an_error(answer: bytes, open_locks: Open) -> None:
    with wayward_server.misbehaving([b"NOT_STORED\r\n", answer, b""]) as port:
        _error(open_locks(f"memcached://127.0.0.1:{port}"), PortError)


def test_key_that_changes_between_reading_and_writing_all_the_time_is_unavailable(open_locks: Open) -> None:
    with wayward_server.misbehaving([b"NOT_STORED\r\n", b"END\r\n"] * 60) as port:
        assert isinstance(_acquire(open_locks(f"memcached://127.0.0.1:{port}"))[0], PortUnavailable)


def test_server_that_asks_for_a_password_is_unavailable_and_told_to_a_person(
    tmp_path: Path, open_locks: Open, caplog: pytest.LogCaptureFixture
) -> None:
    users = tmp_path / "users"
    users.write_text("fsm:secret\n", encoding="utf-8")
    with lock_servers.started(lock_servers.memcached("-Y", str(users))) as server:
        _error(open_locks(f"memcached://127.0.0.1:{server.port}"), PortUnavailable, "asks for a password")
    assert "asks for a password" in caplog.text


def test_server_encrypts_and_its_certificate_is_checked(tmp_path: Path, open_locks: Open) -> None:
    made = lock_servers.certificate(tmp_path)
    options = ["-Z", "-o", f"ssl_chain_cert={made.chain},ssl_key={made.key}"]
    with lock_servers.started(lock_servers.memcached(*options)) as server:
        url = f"memcached://127.0.0.1:{server.port}?tls=true"
        assert isinstance(_acquire(open_locks(f"{url}&ca={made.authority}"))[0], Lease)
        _error(open_locks(url), PortUnavailable, "name its authority in ?ca=")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"out of memory storing object", PortUnavailable),
        (b"object too large for cache", PortRejected),
        (b"something that nobody has seen", OutcomeUnknown),
    ],
)
def test_what_the_server_says_decides(said: bytes, kind: type[PortError]) -> None:
    answer = port_error(MemcacheServerError(said), "memcached://cache")
    assert type(answer) is kind
    assert said.decode() in answer.reason
