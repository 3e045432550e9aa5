"""A worker that is killed loses nothing, whatever bus and lock it works with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from examples.orders.machines import orders
from fsm_adapters.system.clock import SystemClock
from fsm_bootstrap.application import App, build_application
from fsm_ports import Status
from tests.backends.backend import Backend
from tests.e2e.services import BUSES, LEASES, RECORDS, RETRIES, make_resources, settings

ORDERS = Path(__file__).parents[2] / "examples" / "orders"
FULL = bool(os.environ.get("FSM_TEST_FULL"))
PAIRS = [("sqs", "redis"), ("kinesis", "memcached"), ("commit-is-emit", "dynamodb")]
MORE = [("fifo", "memcached"), ("sns", "dynamodb"), ("dynamodb", "redis")] if FULL else []
MACHINES = 30
PATIENCE = 90.0
"""Seconds for all of them."""


@contextmanager
def worker(environment: Mapping[str, str], folder: Path) -> Generator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "fsm_bootstrap.cli", "worker"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=folder, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def completed(app: App, ids: list[str]) -> int:
    return sum(app.client.get(name).status is Status.COMPLETED for name in ids)


def wait_for(app: App, ids: list[str], count: int) -> None:
    end = time.monotonic() + PATIENCE
    while completed(app, ids) < count:
        assert time.monotonic() < end, f"{completed(app, ids)} of {len(ids)} completed"
        time.sleep(0.1)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("bus", "lock"), [*PAIRS, *MORE])
def test_what_a_killed_worker_had_in_hand_is_done_by_another(
    ministack: Backend, bus: str, lock: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    cache = LEASES if lock == "dynamodb" else request.getfixturevalue(f"{lock}_url")
    chosen = settings(ministack, primary_stream_source=BUSES[bus], primary_cache_source=cache, positions_source=LEASES)
    make_resources(chosen, ministack)
    ministack.clock.sleep(0.0)
    environment = {
        "AWS_ENDPOINT_URL": ministack.endpoint, "FSM_MACHINES": str(ORDERS), "CLAIM_SECONDS": "2", "POLL_SECONDS": "0",
        "PRIMARY_STREAM_SOURCE": BUSES[bus], "PRIMARY_CHECKPOINT_SOURCE": RECORDS, "RETRY_SHARDS": "2",
        "PRIMARY_RETRY_SOURCE": RETRIES["dynamodb"], "PRIMARY_CACHE_SOURCE": cache, "POSITIONS_SOURCE": LEASES,
    }  # fmt: skip
    ids = [f"o-{number}" for number in range(MACHINES)]
    with build_application(chosen, [orders], clock=SystemClock()) as app:
        for name in ids:
            app.client.start("orders", {}, correlation_id=name)
        with worker(environment, tmp_path):
            wait_for(app, ids, MACHINES // 6)
        assert completed(app, ids) < MACHINES, "it was done before it could be killed"
        with worker(environment, tmp_path):
            wait_for(app, ids, MACHINES)
        assert {app.client.get(name).step for name in ids} == {4}
