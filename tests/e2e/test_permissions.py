"""``fsm iam`` allows what processes ask AWS for, and nothing else."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

import pytest

from fsm_bootstrap.application import build_application
from fsm_bootstrap.cli.container_run import run_command
from fsm_bootstrap.deploy.permissions import Role, Started, statements
from fsm_bootstrap.settings import ExplicitSettings
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step, container
from fsm_domain.failover.post import Parcel, Road
from fsm_ports import Commit, Instance, InstanceQuery, MessageSource, Outgoing, PortError, Status, Unreadable
from fsm_ports.instance import as_message
from tests.backends.aws import clients
from tests.backends.backend import Backend
from tests.backends.hooks import attached_to_all
from tests.e2e.ecs_tasks import CLUSTER, FAMILY, Tasks
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
FILM_ROLES = ("arn:aws:iam::000000000000:role/film-task", "arn:aws:iam::000000000000:role/film-execution")
States = Literal["work", "rest", "end"]
Films = Literal["convert", "done", "failed"]


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
        extend(case, app.sources[0])
    if retries_of(case) == "sqs":
        again = as_message(app.client.get("a"))._replace(not_before=app.clock.now())
        app.post.send([Parcel(Outgoing(again, again.not_before), Road.LATER)])
        extend(case, app.retry_sources[0])
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


def retries_of(case: Running) -> str:
    source = case.app.settings.primary_retry_source
    return source.kind if source is not None else ""


def extend(case: Running, source: MessageSource) -> None:
    """Receive something, and claim it for longer."""
    for _ in range(50):
        found = source.receive(10, case.app.clock.now() + 30)
        if not isinstance(found, PortError) and found:
            source.extend(found[:1], case.app.clock.now() + 60)
            return
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


def film() -> Machine[Films, dict[str, int]]:
    """One whose container gets more than ECS takes."""
    state, final = State[Films, dict[str, int]], FinalState[Films, dict[str, int]]
    work = container(FAMILY, ["convert"], {"SCRIPT": "x" * 9_000})
    converting = state("convert").on("done", "done").on("fail", "failed").after(timedelta(hours=1), "failed")
    return Machine[Films, dict[str, int]](
        "film", dict, initial="convert", states=[converting.do_or_wait(work), final("done"), final("failed")]
    )


@contextmanager
def filming(backend: Backend, asked: Requests) -> Generator[tuple[Running, Tasks]]:
    """A film that waits for its container."""
    tasks = Tasks(backend)
    made = settings(
        backend, primary_container_source=CLUSTER, primary_environment_source=ENVIRONMENTS, ecs_launch_type="EC2",
        history=False,
    )  # fmt: skip
    make_resources(made, backend)
    with attached_to_all(asked), running(made, backend, film()) as case:
        case.start("film", {}, "f")
        for _ in range(200):
            if case.statuses("f") == [Status.WAITING]:
                break
            case.work()
        yield case, tasks


@pytest.mark.parametrize(
    "chosen",
    [Started(), Started((FAMILY,), FILM_ROLES), Started((f"{FAMILY}:1",), ("film-task", "film-execution"))],
    ids=["any", "named", "by revision and name"],
)
def test_who_starts_containers_may_start_them_and_no_more(chosen: Started, ministack: Backend) -> None:
    asked = Requests({FAMILY: FILM_ROLES})
    with filming(ministack, asked) as (case, tasks):
        assert len(tasks.environments()) == 1
        allowed = statements(case.app.settings, Role.WORKER, chosen)
    assert asked.not_allowed(allowed) == set()
    of_containers = {one for one in asked.unused(allowed) if one[0].startswith(("PrimaryContainer", "PrimaryEnv"))}
    assert of_containers == set()


def test_tasks_and_roles_that_are_named_are_all_that_there_are(ministack: Backend) -> None:
    asked = Requests({FAMILY: FILM_ROLES})
    with filming(ministack, asked) as (case, _):
        allowed = statements(case.app.settings, Role.WORKER, Started(("others",), ("other-role",)))
    assert {one.action for one in asked.not_allowed(allowed)} == {"ecs:RunTask", "iam:PassRole"}


def test_a_container_may_fetch_its_environment_and_report_and_no_more(
    ministack: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its report calls for a worker by the retry source, and by the stream where that is away."""
    with filming(ministack, Requests()) as (case, tasks):
        (environment,) = tasks.environments()
        for name, value in {**environment, "AWS_ENDPOINT_URL": ministack.endpoint}.items():
            monkeypatch.setenv(name, value)
        asked = Requests()
        with attached_to_all(asked):
            assert run_command(["true"]) == 0
        clients(ministack).dynamodb()().delete_table(TableName="retries")
        with attached_to_all(asked):
            assert run_command(["true"]) == 0
        allowed = statements(case.app.settings, Role.CONTAINER)
    assert asked.not_allowed(allowed) == set()
    assert asked.unused(allowed) == set()


@pytest.mark.parametrize("what", ["cluster:leases", "replicationgroup:leases", "serverlesscache:leases"])
def test_a_cache_s_address_may_be_asked_for(what: str, ministack: Backend) -> None:
    asked = Requests()
    given = settings(ministack, primary_cache_source=f"arn:aws:elasticache:{PLACE}:{what}")
    made = given.model_copy(update={"endpoints": {**given.endpoints, "elasticache": given.endpoints["sqs"]}})
    with attached_to_all(asked), build_application(made, [machine()], clock=ministack.clock) as app:
        (cache,) = app.caches.values()
        (lease,) = cache.acquire(["m"], "somebody", ministack.clock.now() + 1)
        assert isinstance(lease, PortError)  # there is none: it was asked for
    allowed = [one for one in statements(made, Role.WORKER) if one.sid == "PrimaryCache"]
    assert asked.not_allowed(allowed) == set()
    assert asked.unused(allowed) == set()
