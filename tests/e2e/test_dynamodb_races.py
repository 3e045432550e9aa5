"""Threads and processes that race on one DynamoDB table: for a lease, a step, and the entries of a retry table."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.dynamodb.lock_cache import DynamoLockCache
from fsm_adapters.dynamodb.retry_scheduler import DynamoRetryScheduler
from fsm_adapters.dynamodb.retry_source import DynamoRetrySource
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_contract.suite import at_once
from fsm_ports import Busy, Commit, Instance, Lease, LeaseResult, Outgoing, PortError
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import SOURCE, new_table, tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RACER = Path(__file__).with_name("dynamodb_racer.py")
THREADS = 32
PROCESSES = 8
ROUNDS = 200
ENTRIES = [f"m-{n:03}" for n in range(60)]


@pytest.fixture
def client(ministack: Backend) -> Callable[[], DynamoDBClient]:
    return tables(ministack)


def _race(job: str, endpoint: str, table: str, argument: int) -> list[list[str]]:
    """What each of the processes answered, all let go at one moment."""
    command = [sys.executable, str(RACER), job, endpoint, table, str(argument)]
    with ExitStack() as stack:
        racers = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
                )
            )
            for number in range(PROCESSES)
        ]
        stack.callback(_end, racers)
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
        outputs = [racer.communicate(timeout=90)[0] for racer in racers]
        assert [racer.returncode for racer in racers] == [0] * PROCESSES
    answers: list[list[str]] = [json.loads(output) for output in outputs]
    return answers


def _end(racers: Sequence[subprocess.Popen[str]]) -> None:
    for racer in racers:
        if racer.poll() is None:
            racer.kill()


def _retry_table(client: Callable[[], DynamoDBClient]) -> str:
    """One with entries that are due."""
    table, clock = new_table(client, schemas.RETRY), SystemClock()
    bus = DynamoRetryScheduler(client, table, source=SOURCE, clock=clock, random=SystemRandom())
    sent = bus.send([Outgoing(samples.record(name, clock.now())) for name in ENTRIES])
    assert list(sent) == [None] * len(ENTRIES)
    return table


def test_of_threads_that_race_for_a_lease_exactly_one_gets_it(client: Callable[[], DynamoDBClient]) -> None:
    clock = SystemClock()
    lock = DynamoLockCache(client, new_table(client, schemas.CACHE), source=SOURCE, clock=clock)
    until = clock.now() + 1000

    def take(name: str, number: int) -> LeaseResult:
        (result,) = lock.acquire([name], f"owner-{number}", until)
        return result

    for turn in range(ROUNDS):
        name = f"round-{turn}"
        results = at_once(THREADS, partial(take, name))
        assert Counter(map(type, results)) == {Lease: 1, Busy: THREADS - 1}, name


def test_of_processes_that_race_for_a_lease_exactly_one_gets_it(
    ministack: Backend, client: Callable[[], DynamoDBClient]
) -> None:
    answers = _race("lease", ministack.endpoint, new_table(client, schemas.CACHE), ROUNDS)
    wins = Counter(key for mine in answers for key in mine)
    assert wins == Counter({f"round-{n}": 1 for n in range(ROUNDS)})


def test_of_threads_of_processes_that_race_for_a_step_exactly_one_commits_it(
    ministack: Backend, client: Callable[[], DynamoDBClient]
) -> None:
    """32 threads in 8 processes."""
    table = new_table(client, schemas.CHECKPOINT)
    store = DynamoCheckpointStore(client, table, source=SOURCE, clock=SystemClock(), random=SystemRandom())
    store.commit([Commit(samples.record("a", 1_700_000_000.0))])
    answers = _race("commit", ministack.endpoint, table, ROUNDS)
    wins = Counter(int(step) for mine in answers for step in mine)
    assert wins == Counter(range(1, ROUNDS + 1))
    (found,) = store.read(["a"])
    assert isinstance(found, Instance)
    assert found.step == ROUNDS


def test_timers_in_processes_that_overlap_share_the_entries_out(
    ministack: Backend, client: Callable[[], DynamoDBClient]
) -> None:
    answers = _race("claim", ministack.endpoint, _retry_table(client), 7)
    assert sorted(name for mine in answers for name in mine) == ENTRIES


def test_timers_in_threads_that_overlap_share_the_entries_out(client: Callable[[], DynamoDBClient]) -> None:
    table, clock = _retry_table(client), SystemClock()

    def drain(number: int) -> list[str]:
        random = SystemRandom()
        source = DynamoRetrySource(client, table, source=SOURCE, clock=clock, random=random, owner=f"timer-{number}")
        got: list[str] = []
        while batch := source.receive(10, clock.now() + 1000):
            assert not isinstance(batch, PortError), batch
            got += [d.message.correlation_id for d in batch if isinstance(d.message, Instance)]
        return got

    answers = at_once(4, drain)
    assert sorted(name for mine in answers for name in mine) == ENTRIES
