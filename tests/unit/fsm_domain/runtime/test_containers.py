"""States whose work runs in a container: one start, one report, whenever either comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest

from fsm_adapters.ecs.container_runner import OVERRIDES, _overrides  # what ECS is asked for
from fsm_adapters.memory import MemoryContainerRunner, MemoryEnvironmentStore
from fsm_adapters.system.clock import VirtualClock
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step, container
from fsm_domain.machine.container import Work
from fsm_domain.runtime.containers import Containers
from fsm_domain.runtime.errors import Conflict
from fsm_ports import ContainerHandle, ContainerRunner, ContainerTask, PortError, PortUnavailable, Status
from fsm_ports.names import CONTAINER_ENVIRONMENT_VARIABLE, CONTAINER_VARIABLE
from tests.unit.fsm_domain.runtime.world import Context, World

SECRET = "canary-4711"
PASSED_ON = {"PRIMARY_STREAM_SOURCE": "memory://"}


def film(size: int = 1) -> Machine[str, Context]:
    state, final = State[str, Context], FinalState[str, Context]

    def command(context: Context) -> list[str]:
        return ["convert", str(context["n"])]

    work = container("converter:3", command, {"FILM": "x" * size})
    convert = state("convert").on("done", "end").on("fail", "failed").after(timedelta(hours=1), "failed")
    return Machine[str, Context](
        "film", dict, initial="convert", retry=RetryPolicy(base=5.0),
        states=[convert.do_or_wait(work), final("end"), final("failed")],
    )  # fmt: skip


class Studio(World):
    def __init__(self, size: int = 1, runner: ContainerRunner | None = None) -> None:
        super().__init__(film(size))
        self.runner = MemoryContainerRunner()
        self.environments = MemoryEnvironmentStore(self.clock)
        self.with_runtime(containers=Containers(self.clock, runner or self.runner, self.environments, PASSED_ON))
        self.client.start("film", {"n": 7}, correlation_id="a")

    def reporting(self) -> dict[str, Any]:  # Any: JSON
        reporting: dict[str, Any] = json.loads(self.runner.tasks[0].environment[CONTAINER_VARIABLE])
        return reporting

    def report(self, event: str) -> str:
        told = self.reporting()
        return self.operator.report(told["id"], event, '{"exit_code": 0}', told["event_id"], told["expect_step"])


def test_a_container_is_started_once_and_the_machine_waits_for_its_report() -> None:
    studio = Studio()
    studio.run(5.0)
    (task,) = studio.runner.tasks
    assert (task.image, task.command, task.token) == ("converter:3", ("convert", "7"), "a:0")
    assert task.environment["FILM"] == "x"
    assert task.environment["PRIMARY_STREAM_SOURCE"] == "memory://"
    assert studio.reporting() == {"id": "a", "expect_step": 1, "event_id": "container:a:0"}
    assert studio.read("a").status is Status.WAITING
    assert studio.report("done") == "inbox"
    studio.run(5.0)
    assert (studio.read("a").state, studio.read("a").status) == ("end", Status.COMPLETED)


def test_a_container_that_runs_twice_moves_the_machine_once() -> None:
    studio = Studio()
    studio.run(5.0)
    assert [studio.report("done"), studio.report("fail")] == ["inbox", "seen"]
    studio.run(5.0)
    assert studio.read("a").state == "end"
    assert studio.report("fail") == "seen"


def test_a_container_that_reports_before_the_machine_waits_is_heard() -> None:
    studio = Studio()
    studio.operator.report("a", "done", None, "container:a:0", 1)
    studio.run(5.0)
    assert studio.read("a").state == "end"


def test_a_container_that_never_reports_meets_the_deadline() -> None:
    studio = Studio()
    studio.run(7200.0)
    assert studio.read("a").state == "failed"
    with pytest.raises(Conflict, match="it is completed"):
        studio.report("done")


def test_a_report_after_an_abort_conflicts() -> None:
    studio = Studio()
    studio.run(5.0)
    studio.operator.abort("a", "enough")
    with pytest.raises(Conflict, match="it is aborted"):
        studio.report("done")


def test_a_large_environment_goes_by_the_store() -> None:
    studio = Studio(size=9000)
    studio.run(5.0)
    (task,) = studio.runner.tasks
    assert "FILM" not in task.environment
    assert task.environment["PRIMARY_STREAM_SOURCE"] == "memory://"
    assert studio.reporting() == {"id": "a", "expect_step": 1, "event_id": "container:a:0"}
    assert studio.environments.get(task.environment[CONTAINER_ENVIRONMENT_VARIABLE]) == {"FILM": "x" * 9000}


def test_many_small_variables_go_by_the_store_where_ecs_would_not_take_them() -> None:
    """ECS takes 8,192 characters of pairs of name and value, and of the command."""
    clock, runner = VirtualClock(), MemoryContainerRunner()
    start = Containers(clock, runner, MemoryEnvironmentStore(clock), PASSED_ON)
    for count in (10, 100, 200, 220, 230, 240, 300):
        start(Step("film", "a", work=count), Work("converter", ("go",), {f"V{n:03}": "1" for n in range(count)}))
    start(Step("film", "a", work=1), Work("converter", ("x" * 7_000,), {"FILM": "x" * 900}))
    stored = [CONTAINER_ENVIRONMENT_VARIABLE in task.environment for task in runner.tasks]
    assert (stored[:2], stored[-2:]) == ([False, False], [True, True])
    sizes = [len(json.dumps(_overrides("main", task.command, task.environment))) for task in runner.tasks]
    assert max(sizes) <= OVERRIDES


@pytest.mark.parametrize(
    ("command", "environment", "told"),
    [
        ((), {"CARD": {"number": SECRET}}, "the variable CARD is dict, not text"),
        ((), {"CENTS": 100}, "the variable CENTS is int, not text"),
        ((), {7: SECRET}, "a variable's name is int, not text"),
        (("pay", 100), {}, "word 1 of the command is int, not text"),
        (SECRET, {}, "the command is one text: write a list of words"),
    ],
)
def test_what_is_no_text_is_named_and_not_shown_and_nothing_starts(
    command: object, environment: object, told: str
) -> None:
    clock, runner = VirtualClock(), MemoryContainerRunner()
    work = Work("converter", cast("tuple[str, ...]", command), cast("dict[str, str]", environment))
    with pytest.raises(TypeError) as raised:
        Containers(clock, runner, None, {})(Step("film", "a"), work)
    assert told in str(raised.value)
    assert SECRET not in str(raised.value)
    assert runner.tasks == ()


def test_a_command_that_is_one_text_is_no_list_of_its_letters() -> None:
    clock, runner = VirtualClock(), MemoryContainerRunner()
    step = Step("film", "a", containers=Containers(clock, runner, None, {}))
    with pytest.raises(TypeError, match="write a list of words"):
        container("converter", "pay it")({}, step)
    assert runner.tasks == ()


class Flaky(ContainerRunner):
    """Starts nothing the first time."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        self.tokens.append(task.token)
        return PortUnavailable("no room") if len(self.tokens) == 1 else ContainerHandle("c-1")


def test_a_start_that_fails_is_tried_again_with_the_same_token() -> None:
    flaky = Flaky()
    studio = Studio(runner=flaky)
    studio.run(60.0)
    assert flaky.tokens == ["a:0", "a:0"]
    assert studio.read("a").status is Status.WAITING


def test_without_a_container_source_the_error_names_it() -> None:
    with pytest.raises(RuntimeError, match="PRIMARY_CONTAINER_SOURCE"):
        container("image")({}, Step("film", "a"))


def test_a_large_environment_travels_with_the_task_where_there_is_no_store_for_it() -> None:
    clock, runner = VirtualClock(), MemoryContainerRunner()
    Containers(clock, runner, None, PASSED_ON)(Step("film", "a"), Work("image", (), {"FILM": "x" * 9000}))
    assert runner.tasks[0].environment["FILM"] == "x" * 9000


def test_an_environment_that_cannot_be_stored_starts_nothing() -> None:
    class Down(MemoryEnvironmentStore):
        def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
            return PortUnavailable("down")

    clock, runner = VirtualClock(), MemoryContainerRunner()
    with pytest.raises(PortUnavailable):
        Containers(clock, runner, Down(clock), {})(Step("film", "a"), Work("image", (), {"FILM": "x" * 9000}))
    assert runner.tasks == ()
