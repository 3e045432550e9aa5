"""A state whose work runs in a task of ECS: from RunTask to the report, whatever the container does."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

import pytest
from botocore.client import BaseClient

from fsm_bootstrap.cli.exits import Exit
from fsm_bootstrap.settings import ExplicitSettings
from fsm_domain import FinalState, Machine, State, Step, container
from fsm_ports import Instance, Status
from tests.backends.backend import Backend
from tests.backends.hooks import Hook, attached_to_all
from tests.e2e.ecs_tasks import CLUSTER, FAMILY, Ended, Tasks, python
from tests.e2e.services import Running, make_resources, running, settings

ENVIRONMENTS = "arn:aws:dynamodb:us-east-1:000000000000:table/environments"
HOUR = timedelta(hours=1)
Film = dict[str, object]
States = Literal["convert", "keep", "done", "failed"]

pytestmark = pytest.mark.timeout(120)


def keep(film: Film, step: Step) -> Literal["kept"]:
    film["told"] = step.data
    return "kept"


def machine(size: int) -> Machine[States, Film]:
    state, final = State[States, Film], FinalState[States, Film]
    work = container(FAMILY, ["convert"], {"SCRIPT": "x" * size})
    return Machine[States, Film](
        "film", dict, initial="convert",
        states=[
            state("convert").on("done", "keep").on("fail", "failed").after(HOUR, "failed").do_or_wait(work),
            state("keep").on("kept", "done").do(keep),
            final("done"), final("failed"),
        ],
    )  # fmt: skip


def ready(backend: Backend) -> tuple[Tasks, ExplicitSettings]:
    """A cluster, and what else is needed."""
    tasks = Tasks(backend)
    chosen = settings(
        backend, primary_container_source=CLUSTER, primary_environment_source=ENVIRONMENTS, ecs_launch_type="EC2",
        history=False,
    )  # fmt: skip
    make_resources(chosen, backend)
    return tasks, chosen


@contextmanager
def filming(backend: Backend, size: int = 10) -> Generator[tuple[Running, Tasks]]:
    """A film whose container has been asked for."""
    tasks, chosen = ready(backend)
    with running(chosen, backend, machine(size)) as case:
        case.start("film", {}, "f")
        while not tasks.environments():
            case.work()
        yield case, tasks


def until(case: Running, *statuses: Status) -> Status:
    for _ in range(200):
        (status,) = case.statuses("f")
        if status in statuses:
            return status
        case.work()
    raise AssertionError(f"never {statuses}")


@pytest.mark.parametrize("size", [10, 9_000])
def test_the_container_has_its_environment_and_its_end_moves_the_machine(size: int, ministack: Backend) -> None:
    """ECS takes 8,192 characters; what is larger lies in the environment store meanwhile."""
    with filming(ministack, size) as (case, tasks):
        (environment,) = tasks.environments()
        assert len(json.dumps(environment)) < 8_192
        code = "import os; open(os.environ['FSM_RESULT_FILE'], 'w').write(str(len(os.environ['SCRIPT'])))"
        ended = tasks.run(environment, *python(code))
        assert ended.code == 0, ended.printed
        assert until(case, Status.COMPLETED) is Status.COMPLETED
        context = json.loads(case.app.client.get("f").context or "{}")
        assert context["told"] == {"exit_code": 0, "result": size}


def test_a_container_that_runs_twice_moves_the_machine_once(ministack: Backend) -> None:
    with filming(ministack) as (case, tasks):
        (environment,) = tasks.environments()
        until(case, Status.WAITING)
        assert [tasks.run(environment, *python("pass")).code for _ in range(2)] == [0, 0]
        until(case, Status.COMPLETED)
        assert case.app.client.get("f").step == 4  # convert, its report, keep, done


class AtOnce:
    """Runs each task to its end before RunTask is answered: the step that asked for it is still in mid-action."""

    def __init__(self, tasks: Tasks, look: Callable[[], Instance]) -> None:
        self._tasks, self._look = tasks, look
        self.ended: list[Ended] = []
        self.found: list[Instance] = []

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        return {"after-call.ecs.RunTask": self._run}

    def _run(self, **told: object) -> None:
        if not self.ended:
            (environment,) = self._tasks.environments()
            self.ended.append(self._tasks.run(environment, *python("pass")))
            self.found.append(self._look())


def test_a_report_that_comes_before_the_wait_is_kept_for_it(ministack: Backend) -> None:
    """The container is asked for before the step is committed, and may be quick."""
    tasks, chosen = ready(ministack)
    with running(chosen, ministack, machine(10)) as case:
        quick = AtOnce(tasks, lambda: case.app.client.get("f"))
        with attached_to_all(quick):
            case.start("film", {}, "f")
            until(case, Status.COMPLETED)
    (ended,), (found,) = quick.ended, quick.found
    assert ended.code == 0, ended.printed
    assert (found.step, found.status, [event.name for event in found.inbox]) == (0, Status.RUNNING, ["done"])
    assert case.app.client.get("f").state == "done"


def test_a_container_that_never_reports_meets_the_deadline(ministack: Backend) -> None:
    with filming(ministack) as (case, _):
        until(case, Status.WAITING)
        case.backend.clock.sleep(3700)
        until(case, Status.COMPLETED)
        assert case.app.client.get("f").state == "failed"


def test_a_command_that_fails_is_told_with_its_exit_code(ministack: Backend) -> None:
    with filming(ministack) as (case, tasks):
        (environment,) = tasks.environments()
        assert tasks.run(environment, *python("raise SystemExit(3)")).code == 3
        until(case, Status.COMPLETED)
        assert case.app.client.get("f").state == "failed"


def test_a_report_to_a_machine_that_was_aborted_is_refused_and_says_so(ministack: Backend) -> None:
    with filming(ministack) as (case, tasks):
        (environment,) = tasks.environments()
        case.app.operator.abort("f", "enough")
        ended = tasks.run(environment, *python("pass"))
        assert ended.code == Exit.CONFLICT
        assert "aborted" in ended.printed
