"""One of several processes that race on a DynamoDB table: ``dynamodb_racer.py JOB ENDPOINT TABLE ARGUMENT NUMBER``.

Says "ready", waits for a line, does its job, and prints what it got as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters.dynamodb.checkpoint_store import DynamoCheckpointStore
from fsm_adapters.dynamodb.lock_cache import DynamoLockCache
from fsm_adapters.dynamodb.retry_source import DynamoRetrySource
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_contract.suite import at_once
from fsm_ports import ACK, Commit, Committed, Instance, Lease, PortError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

THREADS = 4
"""Of each process, where the processes alone are too few."""


def _lease(client: Callable[[], DynamoDBClient], table: str, rounds: int, number: int) -> list[str]:
    """The keys that this process got."""
    locks, until = DynamoLockCache(client, table, source=table, clock=SystemClock()), time.time() + 1000
    keys = [f"round-{n}" for n in range(rounds)]
    return [key for key in keys if isinstance(locks.acquire([key], f"owner-{number}", until)[0], Lease)]


def _commit(client: Callable[[], DynamoDBClient], table: str, rounds: int, number: int) -> list[str]:
    """The steps that this process committed, several of its threads at once."""
    store = DynamoCheckpointStore(client, table, source=table, clock=SystemClock(), random=SystemRandom())
    won: list[str] = []

    def commit(step: int, thread: int) -> None:
        after = samples.record("a", 1_700_000_000.0 + step, step)._replace(run_id=f"run-{number}-{thread}")
        (result,) = store.commit([Commit(after)])
        assert not isinstance(result, PortError), result
        if isinstance(result, Committed):
            won.append(str(step))

    for step in range(1, rounds + 1):
        at_once(THREADS, partial(commit, step))
    return won


def _claim(client: Callable[[], DynamoDBClient], table: str, limit: int, number: int) -> list[str]:
    """The correlation ids of the entries that this process was given, until there are no more."""
    source = DynamoRetrySource(
        client, table, source=table, clock=SystemClock(), random=SystemRandom(), owner=f"timer-{number}"
    )
    got: list[str] = []
    while True:
        batch = source.receive(limit, time.time() + 1000)
        assert not isinstance(batch, PortError), batch
        if not batch:
            return got
        got += [d.message.correlation_id for d in batch if isinstance(d.message, Instance)]
        assert list(source.settle(batch, [ACK] * len(batch))) == [None] * len(batch)


def main() -> None:
    job, endpoint, table, argument, number = sys.argv[1:]
    clients = AwsClients("us-east-1", read_timeout=30.0, endpoint_url=endpoint, credentials=("key", "secret"))
    client = clients.dynamodb()
    client()  # made before the race begins
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    work = {"lease": _lease, "commit": _commit, "claim": _claim}[job]
    sys.stdout.write(json.dumps(work(client, table, int(argument), int(number))))


if __name__ == "__main__":
    main()
