"""Threads and processes that race for leases, on each kind of lock cache; a server that forgets them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Thread

import pytest

from fsm_ports import Busy, Lease, LockCache
from tests import lock_servers
from tests.e2e import lock_racer

RACER = Path(lock_racer.__file__)
THREADS, PROCESSES, ROUNDS = 32, 8, 200
HANDOVERS = 10
"""Rounds that are about one key: its winner gives it back, and it changes hands in the next one."""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[lock_servers.Server]:
    with lock_servers.started(lock_servers.redis(tmp_path)) as server:
        yield server


@pytest.fixture
def memcached() -> Iterator[lock_servers.Server]:
    with lock_servers.started(lock_servers.memcached()) as server:
        yield server


@pytest.fixture(params=["redis", "memcached", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    kind: str = request.param
    if kind == "sqlite":
        return f"sqlite://{tmp_path / 'fsm.db'}"
    server: lock_servers.Server = request.getfixturevalue(kind)
    return f"{kind}://127.0.0.1:{server.port}"


@pytest.fixture
def open_locks() -> Iterator[Callable[[str], LockCache]]:
    """Makes lock caches, and ends their connections afterwards."""
    with ExitStack() as stack:
        yield lambda url: lock_racer.lock_cache(url, stack.callback)


def test_of_threads_that_race_for_a_lease_exactly_one_gets_it(url: str, open_locks: Callable[[str], LockCache]) -> None:
    locks, winners, gate = open_locks(url), [list[tuple[int, str]]() for _ in range(ROUNDS)], Barrier(THREADS)

    def race(number: int) -> None:
        for n, won in enumerate(winners):
            key, owner = f"round-{n // HANDOVERS}", f"owner-{number}-{n}"
            gate.wait(60)
            fence = lock_racer.won(locks, key, owner)
            gate.wait(60)
            if fence is not None:
                won.append((fence, owner))
                locks.release([key], owner)

    racers = [Thread(target=race, args=(number,)) for number in range(THREADS)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [len(won) for won in winners] == [1] * ROUNDS
    for first in range(0, ROUNDS, HANDOVERS):
        fences = [fence for won in winners[first : first + HANDOVERS] for fence, _ in won]
        assert fences == sorted(set(fences)), "the fence of a key grows whenever it changes hands"


def test_of_processes_that_race_for_a_lease_exactly_one_gets_it(
    url: str, open_locks: Callable[[str], LockCache]
) -> None:
    """Every second key was held before, so that it is taken over rather than made."""
    locks = open_locks(url)
    held = [f"round-{n}" for n in range(0, ROUNDS, 2)]
    before = dict(zip(held, locks.acquire(held, "earlier", time.time() + 1000), strict=True))
    locks.release(held, "earlier")
    answers = _race(url)
    assert Counter(key for mine in answers for key in mine) == {f"round-{n}": 1 for n in range(ROUNDS)}
    after = {key: fence for mine in answers for key, fence in mine.items()}
    for key, earlier in before.items():
        assert isinstance(earlier, Lease)
        assert after[key] > earlier.fence


@pytest.mark.parametrize("kind", ["redis", "memcached"])
def test_server_that_restarts_empty_gives_a_lease_away_and_harms_nothing_else(
    kind: str, request: pytest.FixtureRequest, open_locks: Callable[[str], LockCache]
) -> None:
    server: lock_servers.Server = request.getfixturevalue(kind)
    first, second = [open_locks(f"{kind}://127.0.0.1:{server.port}") for _ in range(2)]
    until = time.time() + 1000
    lost, kept = first.acquire(["lost", "kept"], "alice", until)
    assert isinstance(lost, Lease)
    assert isinstance(kept, Lease)
    server.restart()
    (taken,) = second.acquire(["lost"], "bob", until)
    assert isinstance(taken, Lease)
    assert taken.fence > lost.fence, "what is fenced off stays so"
    found, again = first.acquire(["lost", "kept"], "alice", until)
    assert isinstance(found, Busy)
    assert isinstance(again, Lease), "an owner who asks again holds it again"
    first.release(["lost"], "alice")
    assert isinstance(first.acquire(["lost"], "carol", until)[0], Busy), "what bob holds is not freed"


def _race(url: str) -> list[dict[str, int]]:
    """What each of the processes won, all let go at one moment."""
    command = [sys.executable, str(RACER), url, str(ROUNDS)]
    with ExitStack() as stack:
        racers = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
                )
            )
            for number in range(PROCESSES)
        ]
        for racer in racers:
            stack.callback(_end, racer)
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
        outputs = [racer.communicate(timeout=90)[0] for racer in racers]
        assert [racer.returncode for racer in racers] == [0] * PROCESSES
    answers: list[dict[str, int]] = [json.loads(output) for output in outputs]
    return answers


def _end(racer: subprocess.Popen[str]) -> None:
    if racer.poll() is None:
        racer.kill()
