"""What goes wrong on the way to Redis, provoked on real servers: the port's answer, and how soon it comes."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from redis import exceptions as redis

from fsm_adapters.redis.errors import port_error
from fsm_adapters.redis.lock_cache import RedisLockCache
from fsm_ports import Lease, LeaseResult, OutcomeUnknown, PortError, PortUnavailable
from tests import lock_servers, wayward_server
from tests.unit.fsm_adapters.redis.conftest import Open

PASSWORD = "not-for-the-log"


def _acquire(locks: RedisLockCache, *keys: str, owner: str = "alice") -> list[LeaseResult]:
    return list(locks.acquire(list(keys) or ["k"], owner, time.time() + 1000))


def _error(locks: RedisLockCache, kind: type[PortError], text: str) -> PortError:
    """The one error that all keys meet; releasing raises nothing either."""
    start = time.monotonic()
    first, second = _acquire(locks, "a", "b")
    locks.release(["a"], "alice")
    assert time.monotonic() - start < 2.5, "at most a time-out for each call"
    assert isinstance(first, kind)
    assert isinstance(second, kind)
    assert text in first.reason
    assert first.source == "redis://cache"
    assert PASSWORD not in str(first)
    return first


@pytest.fixture
def guarded(folder: Path) -> Iterator[lock_servers.Server]:
    users = ["--user", "default", "off", "--user", "fsm", "on", f">{PASSWORD}", "~*", "+@all"]
    with lock_servers.started(lock_servers.redis(folder, *users)) as server:
        yield server


def test_server_that_asks_for_a_password_gets_it_from_the_url(guarded: lock_servers.Server, open_locks: Open) -> None:
    assert isinstance(_acquire(open_locks(f"redis://fsm:{PASSWORD}@127.0.0.1:{guarded.port}"))[0], Lease)


def test_password_without_a_user_is_that_of_the_default_user(folder: Path, open_locks: Open) -> None:
    with lock_servers.started(lock_servers.redis(folder, "--requirepass", PASSWORD)) as server:
        assert isinstance(_acquire(open_locks(f"redis://:{PASSWORD}@127.0.0.1:{server.port}"))[0], Lease)
        _error(open_locks(f"redis://127.0.0.1:{server.port}"), PortUnavailable, "check the URL")


@pytest.mark.parametrize("login", ["", f":{PASSWORD}@", f"fsm:{PASSWORD}x@", f"nobody:{PASSWORD}@"])
def test_wrong_or_missing_password_is_unavailable_and_told_to_a_person(
    login: str, guarded: lock_servers.Server, open_locks: Open, caplog: pytest.LogCaptureFixture
) -> None:
    _error(open_locks(f"redis://{login}127.0.0.1:{guarded.port}"), PortUnavailable, "check the URL")
    assert [record.levelno for record in caplog.records[:1]] == [logging.ERROR]
    assert PASSWORD not in caplog.text


def test_user_without_permission_is_told_which_ones_it_takes(folder: Path, open_locks: Open) -> None:
    options = ["--user", "fsm", "on", f">{PASSWORD}", "~*", "+@connection"]
    with lock_servers.started(lock_servers.redis(folder, *options)) as server:
        locks = open_locks(f"redis://fsm:{PASSWORD}@127.0.0.1:{server.port}")
        _error(locks, PortUnavailable, "credentials")


def test_key_that_holds_something_else_fails_alone(
    server: lock_servers.Server, url: str, open_locks: Open, caplog: pytest.LogCaptureFixture
) -> None:
    lock_servers.command(server.port, "SET", "fsm:lock:b", "something else")
    before, wrong, after = _acquire(open_locks(url), "a", "b", "c")
    assert isinstance(before, Lease)
    assert isinstance(wrong, PortUnavailable)
    assert isinstance(after, Lease)
    assert "a database of their own" in wrong.reason
    assert len(caplog.records) == 1


def test_read_only_replica_is_unavailable(server: lock_servers.Server, folder: Path, open_locks: Open) -> None:
    copy = lock_servers.redis(folder, "--replicaof", "127.0.0.1", str(server.port), "--repl-diskless-sync-delay", "0")
    with lock_servers.started(copy):
        lock_servers.eventually(lambda: b"LOADING" not in lock_servers.command(copy.port, "GET", "x"), "no replica")
        _error(open_locks(f"redis://127.0.0.1:{copy.port}"), PortUnavailable, "ReadOnlyError")


def test_server_without_memory_is_unavailable(folder: Path, open_locks: Open) -> None:
    with lock_servers.started(lock_servers.redis(folder, "--maxmemory", "1")) as server:
        _error(open_locks(f"redis://127.0.0.1:{server.port}"), PortUnavailable, "OutOfMemoryError")


def test_refused_connection_is_unavailable(open_locks: Open) -> None:
    _error(open_locks(f"redis://127.0.0.1:{lock_servers.free_port()}"), PortUnavailable, "refused")


def test_host_that_does_not_exist_is_unavailable(open_locks: Open) -> None:
    _error(open_locks("redis://no-such-host.invalid"), PortUnavailable, "no-such-host.invalid")


def test_server_that_accepts_and_never_answers_is_unknown_within_the_time_out(open_locks: Open) -> None:
    with wayward_server.misbehaving(None) as port:
        _error(open_locks(f"redis://127.0.0.1:{port}", timeout=0.3), OutcomeUnknown, "Timeout")


def test_server_that_stands_still_is_unknown_and_then_goes_on(folder: Path, open_locks: Open) -> None:
    with lock_servers.started(lock_servers.redis(folder)) as server:
        locks = open_locks(f"redis://127.0.0.1:{server.port}", timeout=0.3)
        first = _acquire(locks)
        os.kill(server.pid, signal.SIGSTOP)
        _error(locks, OutcomeUnknown, "Timeout")
        os.kill(server.pid, signal.SIGCONT)
        assert _acquire(locks) == first


def test_server_that_is_no_redis_is_unknown(open_locks: Open) -> None:
    with wayward_server.misbehaving([b"HTTP/1.1 400 Bad Request\r\n\r\n"] * 9) as port:
        _error(open_locks(f"redis://127.0.0.1:{port}"), OutcomeUnknown, "")


def test_server_that_closes_without_an_answer_is_unknown(open_locks: Open) -> None:
    with wayward_server.misbehaving([]) as port:
        _error(open_locks(f"redis://127.0.0.1:{port}"), OutcomeUnknown, "")


def test_server_that_dies_in_mid_call_is_unknown(folder: Path, open_locks: Open) -> None:
    with lock_servers.started(lock_servers.redis(folder)) as server:
        locks = open_locks(f"redis://127.0.0.1:{server.port}", timeout=30)
        _acquire(locks)
        lock_servers.command(server.port, "CLIENT", "PAUSE", "60000", "WRITE")
        results = list[LeaseResult]()
        caller = Thread(target=lambda: results.extend(_acquire(locks)))
        caller.start()
        lock_servers.eventually(
            lambda: b"cmd=evalsha" in lock_servers.command(server.port, "CLIENT", "LIST"), "the call does not arrive"
        )
        server.stop()
        caller.join(10)
        assert [type(result) for result in results] == [OutcomeUnknown]
        assert isinstance(_acquire(locks)[0], PortUnavailable)
        server.start()
        assert isinstance(_acquire(locks)[0], Lease)


def test_server_encrypts_and_its_certificate_is_checked(folder: Path, open_locks: Open) -> None:
    made = lock_servers.certificate(folder)
    options = ["--tls-cert-file", str(made.chain), "--tls-key-file", str(made.key), "--tls-auth-clients", "no"]
    with lock_servers.started(lock_servers.redis(folder, *options, "--requirepass", PASSWORD, tls=True)) as server:
        url = f"rediss://:{PASSWORD}@127.0.0.1:{server.port}"
        assert isinstance(_acquire(open_locks(f"{url}?ssl_ca_certs={made.authority}"))[0], Lease)
        _error(open_locks(url), PortUnavailable, "name its authority in ?ssl_ca_certs=")
        plain = open_locks(url.replace("rediss", "redis"))
        _error(plain, OutcomeUnknown, "")


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (redis.MovedError("7 10.0.0.1:6379"), PortUnavailable, "add ?cluster=true"),
        (redis.TryAgainError("Multiple keys request during rehashing of slot"), PortUnavailable, "rehashing"),
        (redis.BusyLoadingError("Redis is loading the dataset in memory"), PortUnavailable, "loading"),
        (redis.ResponseError("MISCONF Redis is configured to save RDB snapshots"), PortUnavailable, "MISCONF"),
        (redis.ResponseError("Error running script: @user_script:1: -READONLY You can't"), PortUnavailable, "READONLY"),
        (redis.ResponseError("something that nobody has seen"), OutcomeUnknown, "nobody"),
        (redis.ClusterError("TTL exhausted."), OutcomeUnknown, "TTL"),
        (redis.SlotNotCoveredError("no node"), PortUnavailable, "no node"),
    ],
)
def test_further_errors_of_the_server(error: Exception, kind: type[PortError], text: str) -> None:
    answer = port_error(error, "redis://cache")
    assert type(answer) is kind
    assert text in answer.reason
