"""``fsm iam`` allows what processes ask AWS for, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from fsm_bootstrap.deploy.permissions import Role, statements
from fsm_bootstrap.settings import ExplicitSettings
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from fsm_ports import Commit, Delivery, Instance, InstanceQuery, Outgoing, PortError, Status, Unreadable
from tests.backends.backend import Backend
from tests.backends.hooks import attached_to_all
from tests.e2e.requests_made import PLACE, Requests
from tests.e2e.services import (
    BUSES,
    DEAD_LETTERS,
    HISTORY,
    LEASES,
    RETRIES,
    Running,
    make_resources,
    running,
    settings,
)

ENVIRONMENTS = f"arn:aws:dynamodb:{PLACE}:table/environments"
POSITIONS = f"arn:aws:dynamodb:{PLACE}:table/positions"
States = Literal["work", "rest", "end"]


def work(context: dict[str, int], step: Step) -> Literal["done"]:
    if step.retries == 0:
        raise TimeoutError("no answer")
    return "done"


def machine() -> Machine[States, dict[str, int]]:
    """One that fails once, and then waits."""
    state, final = State[States, dict[str, int]], FinalState[States, dict[str, int]]
    return Machine[States, dict[str, int]](
        "m", dict, initial="work", retry=RetryPolicy(base=0.1),
        states=[
            state("work").on("done", "rest").do(work), state("rest").on("go", "end").after(timedelta(days=1), "end"),
            final("end"),
        ],
    )  # fmt: skip


def chosen(backend: Backend, bus: str, retry: str) -> ExplicitSettings:
    return settings(
        backend,
        primary_stream_source=BUSES[bus],
        primary_retry_source=RETRIES[retry],
        primary_cache_source=LEASES,
        primary_environment_source=ENVIRONMENTS,
        primary_history_source=HISTORY,
        primary_metrics_source="cloudwatch://orders",
        dead_letter_source=DEAD_LETTERS,
        positions_source=POSITIONS,
    )


def live(case: Running) -> None:
    """Everything that workers do: run, fail, wait, recover, give up."""
    app = case.app
    case.start("m", {}, "a")
    case.start("m", {}, "a")
    app.post.bury([Outgoing(Unreadable("?", "no JSON"))])
    assert app.environments is not None
    app.environments.put("e", {"A": "1"}, app.clock.now() + 60)
    until(case, Status.WAITING)
    app.operator.send("a", "go", None, event_id="e-1")
    until(case, Status.COMPLETED)
    app.recoverer.recover(3600)
    case.start("m", {}, "a")  # long ago: its input is in the history
    if bus_of(case) in ("sqs", "sns"):
        case.start("m", {}, "b")
        (delivery, *_) = receive(case)
        case.app.sources[0].extend([delivery], app.clock.now() + 60)
    app.metrics.flush()


def rest(case: Running) -> None:
    """A machine that waits, made with a record alone: no worker's request is heard here."""
    now = case.app.clock.now()
    first = Instance("m", "b", "", 0, Status.RUNNING, False, "pseudo_init", "pseudo_init", "{}", updated_at=now)
    waiting = first._replace(step=1, status=Status.WAITING, state="rest", event=None, deadline=now + 60)
    case.app.store.commit([Commit(first)])
    case.app.store.commit([Commit(waiting)])


def until(case: Running, status: Status) -> None:
    for _ in range(500):
        if case.statuses("a") == [status]:
            return
        case.work()
    raise AssertionError(f"never {status}")


def bus_of(case: Running) -> str:
    return case.app.settings.stream.kind


def receive(case: Running) -> list[Delivery]:
    for _ in range(50):
        found = case.app.sources[0].receive(10, case.app.clock.now() + 30)
        if not isinstance(found, PortError) and found:
            return list(found)
    raise AssertionError("nothing came")


@pytest.mark.parametrize(
    ("bus", "retry"),
    [
        ("sqs", "dynamodb"),
        ("sns", "dynamodb"),
        ("kinesis", "dynamodb"),
        ("dynamodb", "sqs"),
        ("commit-is-emit", "dynamodb"),
    ],
)
def test_a_worker_may_do_what_it_does_and_no_more(bus: str, retry: str, ministack: Backend) -> None:
    made, asked = chosen(ministack, bus, retry), Requests()
    make_resources(made, ministack)
    allowed = statements(made, Role.WORKER)
    with attached_to_all(asked), running(made, ministack, machine()) as case:
        live(case)
    assert asked.not_allowed(allowed) == set()
    assert asked.unused(allowed) == set()


def test_an_operator_may_do_what_people_do_and_no_more(ministack: Backend) -> None:
    made, asked = chosen(ministack, "sqs", "dynamodb"), Requests()
    make_resources(made, ministack)
    allowed = statements(made, Role.OPERATOR)
    with attached_to_all(asked), running(made, ministack, machine()) as case:
        case.start("m", {}, "a")
        case.app.client.find(InstanceQuery())
        case.app.client.find(InstanceQuery(machine="m", status=Status.RUNNING))
        case.app.operator.pause("a", "wait")
        case.app.operator.resume("a", "go on")
        case.app.operator.abort("a", "enough")
        rest(case)
        case.app.operator.pause("b", "wait")
        case.app.operator.resume("b", "go on")  # its deadline needs a timer
        assert case.app.history is not None
        case.app.history.read("a")
        case.app.metrics.flush()
    assert asked.not_allowed(allowed) == set()
    assert asked.unused(allowed) == set()
