"""Where one back end is down the other one serves; where both are, nothing is lost."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, product
from typing import Literal

import pytest

from fsm_adapters.memory import MemoryMetrics
from fsm_bootstrap.source import Source
from fsm_domain import FinalState, Machine, State, Step
from fsm_ports import NACK, PortError, Status
from tests.backends.backend import Backend
from tests.e2e.outages import OUTAGES, outage
from tests.e2e.replica import seen_as
from tests.e2e.services import BUSES, LEASES, RECORDS, RETRIES, Running, make_resources, running, settings

FULL = bool(os.environ.get("FSM_TEST_FULL"))
STREAMS = ("sqs", "kinesis", "sns", "dynamodb")
FiveStates = Literal["one", "two", "three", "four", "five", "end"]


@dataclass
class Count:
    """How far it came."""

    steps: int = 0
    unlucky: bool = False


def count(context: Count, step: Step) -> Literal["next"]:
    if context.unlucky and step.retries == 0:
        raise RuntimeError("bad luck")
    context.steps += 1
    return "next"


def five_steps() -> Machine[FiveStates, Count]:
    state, final = State[FiveStates, Count], FinalState[FiveStates, Count]
    return Machine[FiveStates, Count](
        "five",
        Count,
        initial="one",
        states=[
            state("one").on("next", "two").do(count),
            state("two").on("next", "three").do(count),
            state("three").on("next", "four").do(count),
            state("four").on("next", "five").do(count),
            state("five").on("next", "end").do(count),
            final("end"),
        ],
    )


def second(arn: str) -> str:
    """Another resource of the same kind."""
    place, name = arn.rsplit("/", 1) if "/" in arn else arn.rsplit(":", 1)
    return f"{place}{'/' if '/' in arn else ':'}second-{name}"


@contextmanager
def with_down(backend: Backend, kind: str, *down: str, **more: object) -> Generator[Running]:
    """An application for which these sources are down; they exist, and so does everything else."""
    whole = settings(backend, aws_connect_seconds=0.2, aws_read_seconds=0.3, **more)
    make_resources(whole, backend)
    with outage(kind) as url:
        endpoints = {**whole.endpoints, **dict.fromkeys(down, url)}
        with running(whole.model_copy(update={"endpoints": endpoints}), backend, five_steps()) as case:
            yield case


def check_five_steps(case: Running, *, unlucky: bool = False) -> None:
    """A machine gets through, each step of it committed once."""
    case.start("five", {"unlucky": unlucky}, "m-1")
    assert case.until_rest("m-1") == [Status.COMPLETED]
    assert json.loads(case.app.client.get("m-1").context or "") == {"steps": 5, "unlucky": unlucky}


def with_outages(pairs: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Each pair with every kind of outage in the long run, with one in its turn in the short one."""
    if FULL:
        return [(*pair, kind) for pair in pairs for kind in OUTAGES]
    return [(*pair, kind) for pair, kind in zip(pairs, cycle(OUTAGES), strict=False)]


@pytest.mark.parametrize(("primary", "secondary", "kind"), with_outages(list(product(STREAMS, STREAMS))))
def test_the_secondary_stream_serves(ministack: Backend, primary: str, secondary: str, kind: str) -> None:
    first, other = BUSES[primary], second(BUSES[secondary])
    sources = {"primary_stream_source": first, "secondary_stream_source": other}
    with with_down(ministack, kind, first, **sources, primary_metrics_source="memory://counted") as case:
        check_five_steps(case)
        counted = case.app.supplies.shared(MemoryMetrics, "memory://counted", MemoryMetrics)
        assert counted.counted("failover") >= 4


@pytest.mark.parametrize("secondary", STREAMS)
def test_a_secondary_stream_that_is_down_hinders_nobody(ministack: Backend, secondary: str) -> None:
    other = second(BUSES[secondary])
    with with_down(ministack, "refused", other, secondary_stream_source=other) as case:
        check_five_steps(case)


@pytest.mark.parametrize(("primary", "secondary", "kind"), with_outages(list(product(RETRIES, RETRIES))))
def test_the_secondary_retry_source_serves(ministack: Backend, primary: str, secondary: str, kind: str) -> None:
    first, other = RETRIES[primary], second(RETRIES[secondary])
    with with_down(ministack, kind, first, primary_retry_source=first, secondary_retry_source=other) as case:
        check_five_steps(case, unlucky=True)


@pytest.mark.parametrize("secondary", ["redis", "memcached", "dynamodb"])
@pytest.mark.parametrize("primary", ["redis", "memcached", "dynamodb"])
def test_the_secondary_cache_serves(
    ministack: Backend, primary: str, secondary: str, request: pytest.FixtureRequest
) -> None:
    with outage("refused") as url:
        dead = url.removeprefix("http://")
        first = LEASES if primary == "dynamodb" else f"{primary}://{dead}"
        other = second(LEASES) if secondary == "dynamodb" else request.getfixturevalue(f"{secondary}_url")
        caches = {"primary_cache_source": first, "secondary_cache_source": other}
        with with_down(ministack, "refused", *([first] if primary == "dynamodb" else []), **caches) as case:
            check_five_steps(case)


TABLES = {
    "primary_checkpoint_source": RECORDS,
    "secondary_checkpoint_source": RECORDS.replace("us-east-1", "us-west-2"),
}


@pytest.mark.parametrize("bus", ["sqs", "commit-is-emit"])
@pytest.mark.parametrize("kind", OUTAGES)
def test_a_replica_of_the_same_table_takes_over_whole(ministack: Backend, kind: str, bus: str) -> None:
    make_resources(settings(ministack, primary_stream_source=BUSES[bus]), ministack)
    with outage(kind) as dead, seen_as(ministack, "us-west-2", "us-east-1") as replica:
        chosen = settings(ministack, primary_stream_source=BUSES[bus], aws_connect_seconds=0.2, aws_read_seconds=0.3)
        reached = {"endpoints": {**chosen.endpoints, TABLES["secondary_checkpoint_source"]: replica}}
        sources = (
            TABLES if bus == "sqs" else TABLES | {"secondary_stream_source": TABLES["secondary_checkpoint_source"]}
        )
        both = chosen.model_copy(update={**{name: Source(arn) for name, arn in sources.items()}, **reached})
        cut_off = both.model_copy(update={"endpoints": {**both.endpoints, RECORDS: dead}})
        with running(both, ministack, five_steps()) as whole, running(cut_off, ministack, five_steps()) as case:
            whole.start("five", {}, "m-0")
            assert case.until_rest("m-0") == [Status.COMPLETED]
            check_five_steps(case)
            assert whole.app.client.get("m-1").status is Status.COMPLETED


def test_records_in_another_table_wait_for_it_and_new_ones_go_to_the_secondary(ministack: Backend) -> None:
    tables = {"primary_checkpoint_source": RECORDS, "secondary_checkpoint_source": second(RECORDS)}
    with (
        with_down(ministack, "refused", **tables) as healthy,
        with_down(ministack, "refused", RECORDS, **tables) as cut_off,
    ):
        healthy.start("five", {}, "m-1")
        new = cut_off.app.client.start("five", {}).correlation_id
        for _ in range(20):
            cut_off.work()
        assert healthy.statuses(new) == [Status.COMPLETED]
        assert healthy.statuses("m-1") == [Status.RUNNING]
        assert healthy.until_rest("m-1") == [Status.COMPLETED]


@pytest.mark.parametrize("kind", OUTAGES)
def test_the_secondary_environment_store_serves(ministack: Backend, kind: str) -> None:
    first = "arn:aws:dynamodb:us-east-1:000000000000:table/environments"
    sources = {"primary_environment_source": first, "secondary_environment_source": second(first)}
    with with_down(ministack, kind, first, **sources) as case:
        store = case.app.environments
        assert store is not None
        assert store.put("k", {"FILM": "x" * 9000}, case.app.clock.now() + 60) is None
        assert store.get("k") == {"FILM": "x" * 9000}


@pytest.mark.parametrize("kind", OUTAGES)
def test_metrics_that_nobody_takes_hinder_nobody(ministack: Backend, kind: str) -> None:
    cloudwatch = "cloudwatch://shop"
    with with_down(
        ministack, kind, cloudwatch, primary_metrics_source=cloudwatch, secondary_metrics_source="log://"
    ) as case:
        check_five_steps(case)
        case.app.metrics.flush()


@pytest.mark.parametrize("bus", STREAMS)
def test_a_secondary_that_is_the_primary_does_no_harm(ministack: Backend, bus: str) -> None:
    one = BUSES[bus]
    same = {"primary_stream_source": one, "secondary_stream_source": one}
    with with_down(ministack, "refused", **same, secondary_retry_source=RETRIES["dynamodb"]) as case:
        check_five_steps(case, unlucky=True)


@pytest.mark.parametrize("bus", STREAMS)
def test_where_all_roads_are_down_nothing_is_acknowledged_and_nothing_is_lost(ministack: Backend, bus: str) -> None:
    one, retry = BUSES[bus], RETRIES["sqs"]
    roads = {
        "primary_stream_source": one, "secondary_stream_source": second(one),
        "primary_retry_source": retry, "secondary_retry_source": second(retry),
    }  # fmt: skip
    with (
        with_down(ministack, "refused", **roads) as healthy,
        with_down(ministack, "refused", *roads.values(), **roads) as cut_off,
    ):
        healthy.start("five", {}, "m-1", "m-2", "m-3")
        handed_out = 0
        for source in healthy.app.sources:
            got = source.receive(10, ministack.clock.now() + 30)
            assert not isinstance(got, PortError)
            handed_out += len(got)
            outcomes = cut_off.app.dispatcher.handle(got, ministack.clock.now() + 25)
            assert list(outcomes) == [NACK] * len(got)
            source.settle(got, outcomes)
        assert handed_out == 3
        assert healthy.until_rest("m-1", "m-2", "m-3") == [Status.COMPLETED] * 3
