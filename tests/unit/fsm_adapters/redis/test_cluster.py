"""Redis in cluster mode: two nodes that share the keys."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from fsm_ports import Busy, Lease, OutcomeUnknown, PortUnavailable
from tests import lock_servers
from tests.unit.fsm_adapters.redis.conftest import Open

KEYS = [f"k-{n}" for n in range(40)]


Nodes: TypeAlias = tuple[lock_servers.Server, lock_servers.Server]


@pytest.fixture(scope="module")
def pair(folder: Path) -> Iterator[Nodes]:
    first, second = lock_servers.redis_cluster(folder), lock_servers.redis_cluster(folder)
    with lock_servers.started(first), lock_servers.started(second):
        lock_servers.join((first, second))
        yield first, second


@pytest.fixture
def nodes(pair: Nodes) -> Nodes:
    for node in pair:
        lock_servers.command(node.port, "FLUSHALL")
    return pair


@pytest.fixture
def url(nodes: Nodes) -> str:
    return f"redis://127.0.0.1:{nodes[0].port}?cluster=true"


def test_batch_goes_to_both_nodes(nodes: Nodes, url: str, open_locks: Open) -> None:
    locks, until = open_locks(url), time.time() + 1000
    assert {type(result) for result in locks.acquire(KEYS, "alice", until)} == {Lease}
    assert {type(result) for result in locks.acquire(KEYS, "bob", until)} == {Busy}
    assert b":0\r\n" not in [lock_servers.command(node.port, "DBSIZE") for node in nodes]
    locks.release(KEYS, "alice")
    assert {type(result) for result in locks.acquire(KEYS, "bob", until)} == {Lease}


def test_key_that_moves_to_another_node_is_followed(nodes: Nodes, url: str, open_locks: Open) -> None:
    locks, until = open_locks(url), time.time() + 1000
    locks.acquire(["another"], "alice", until)
    with lock_servers.slot_moved("fsm:lock:k", nodes):
        assert isinstance(locks.acquire(["k"], "alice", until)[0], Lease)
        assert isinstance(open_locks(url).acquire(["k"], "bob", until)[0], Busy)
        for node in nodes:
            lock_servers.command(node.port, "FLUSHALL")


def test_node_that_hangs_fails_its_keys_alone_and_in_time(nodes: Nodes, url: str, open_locks: Open) -> None:
    locks, until = open_locks(url), time.time() + 1000
    first = locks.acquire(KEYS, "alice", until)
    os.kill(nodes[1].pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        after = locks.acquire(KEYS, "alice", until)
        assert time.monotonic() - start < 2.5, "one time-out for the keys, one or two for asking where they are"
    finally:
        os.kill(nodes[1].pid, signal.SIGCONT)
    assert {type(result) for result in after} == {Lease, OutcomeUnknown}
    assert all(now == then for now, then in zip(after, first, strict=True) if isinstance(now, Lease))
    assert locks.acquire(KEYS, "alice", until) == first


def test_node_that_dies_fails_its_keys_alone(nodes: Nodes, url: str, open_locks: Open) -> None:
    locks, until = open_locks(url), time.time() + 1000
    locks.acquire(KEYS, "alice", until)
    nodes[1].stop()
    try:
        assert {type(result) for result in locks.acquire(KEYS, "alice", until)} == {Lease, PortUnavailable}
        locks.release(KEYS, "alice")
    finally:
        nodes[1].start()
    lock_servers.in_step(nodes)
    assert {type(result) for result in locks.acquire(KEYS, "bob", until)} == {Lease}


def test_client_that_does_not_know_of_cluster_mode_is_told_of_it(nodes: Nodes, open_locks: Open) -> None:
    results = open_locks(f"redis://127.0.0.1:{nodes[0].port}").acquire(KEYS, "alice", time.time() + 1000)
    moved = [result for result in results if isinstance(result, PortUnavailable)]
    assert moved
    assert all("add ?cluster=true" in error.reason for error in moved)


def test_node_without_slots_is_unavailable(folder: Path, open_locks: Open) -> None:
    with lock_servers.started(lock_servers.redis_cluster(folder)) as node:
        for options in ("", "?cluster=true"):
            locks = open_locks(f"redis://127.0.0.1:{node.port}{options}")
            assert isinstance(locks.acquire(["k"], "alice", time.time() + 1000)[0], PortUnavailable)


def test_server_that_is_not_in_cluster_mode_is_told_of(server: lock_servers.Server, open_locks: Open) -> None:
    (result,) = open_locks(f"redis://127.0.0.1:{server.port}?cluster=true").acquire(["k"], "alice", time.time() + 1000)
    assert isinstance(result, PortUnavailable)
    assert "leave ?cluster=true out" in result.reason


def test_cluster_that_is_down_is_unavailable(open_locks: Open) -> None:
    locks = open_locks(f"redis://127.0.0.1:{lock_servers.free_port()}?cluster=true")
    assert isinstance(locks.acquire(["k"], "alice", time.time() + 1000)[0], PortUnavailable)
    locks.release(["k"], "alice")
