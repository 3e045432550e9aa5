"""The examples run to their ends on every bus and every lock, one call in twenty failing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from examples.approval.machines import approval
from examples.orders.machines import orders
from fsm_bootstrap.loading import load_machines
from fsm_ports import Status
from tests.backends.backend import Backend
from tests.e2e.services import BUSES, LEASES, Running, make_resources, running, settings

TRACER = Path(__file__).parents[2] / "examples" / "tracer"
CHAOS = {"unavailable": 0.03, "unknown": 0.02}
CHAOTIC = ("PRIMARY_STREAM_SOURCE", "PRIMARY_RETRY_SOURCE", "PRIMARY_CHECKPOINT_SOURCE", "PRIMARY_CACHE_SOURCE")
LOCKS = ("none", "redis", "memcached", "dynamodb")
PAIRS = [(bus, lock) for bus in BUSES for lock in LOCKS]
TRACED = (
    PAIRS
    if os.environ.get("FSM_TEST_FULL")
    else list(zip(BUSES, ("redis", "none", "memcached", "dynamodb", "none", "memcached"), strict=True))
)
"""The tracer makes hundreds of transitions: on every pair only in the long run."""


Pair = tuple[str, str]


@pytest.fixture
def case(ministack: Backend, pair: Pair, request: pytest.FixtureRequest) -> Iterator[Running]:
    """An application whose back ends are chosen by settings alone."""
    bus, lock = pair
    caches = {"dynamodb": LEASES, "none": None}
    cache = caches[lock] if lock in caches else request.getfixturevalue(f"{lock}_url")
    faulty = CHAOTIC if cache else CHAOTIC[:-1]
    chosen = settings(
        ministack, primary_stream_source=BUSES[bus], primary_cache_source=cache, chaos=dict.fromkeys(faulty, CHAOS)
    )
    make_resources(chosen, ministack)
    with running(chosen, ministack, orders, approval, *load_machines(str(TRACER)).machines) as running_one:
        yield running_one


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_orders_and_approvals_complete(case: Running) -> None:
    ids = ("o-1", "o-2", "o-3")
    for correlation_id in ids:
        case.insist(partial(case.start, "orders", {}, correlation_id))
    case.insist(lambda: case.start("approval", {}, "a-1"))
    assert case.until_rest(*ids, "a-1") == [Status.COMPLETED] * 3 + [Status.WAITING]
    case.insist(lambda: case.app.operator.send("a-1", "approve", data='{"by": "ada"}', event_id="1"))
    case.insist(lambda: case.app.operator.send("a-1", "approve", data='{"by": "grace"}', event_id="2"))
    assert case.until_end("a-1").state == "granted"


@pytest.mark.parametrize("pair", [("sqs", "none"), ("commit-is-emit", "none")], ids="-".join)
def test_a_deadline_of_days_comes(case: Running) -> None:
    case.insist(lambda: case.start("approval", {}, "a-1"))
    for _ in range(4):
        case.until_rest("a-1")
        case.backend.clock.sleep(timedelta(days=1).total_seconds())
    assert case.until_end("a-1").state == "expired"


@pytest.mark.parametrize("pair", TRACED, ids="-".join)
def test_the_tracer_completes(case: Running) -> None:
    case.insist(lambda: case.start("tracer", {}, "t-1"))
    assert case.until_end("t-1").status is Status.COMPLETED
