"""What Amazon ECS is asked, and what its answers mean."""

from __future__ import annotations

import json
from typing import cast

import pytest

from fsm_adapters._aws.errors import Misconfigured
from fsm_adapters.ecs.container_runner import OVERRIDES, EcsContainerRunner
from fsm_adapters.ecs.task_settings import TaskSettings
from fsm_ports import ContainerHandle, ContainerTask, OutcomeUnknown, PortError, PortRejected, PortUnavailable
from fsm_ports.names import CONTAINER_ENVIRONMENT_VARIABLE
from tests.unit.fsm_adapters.scripted_aws import Answer, Refusal, Script, ecs, refused, silent

SOURCE = "arn:aws:ecs:us-east-1:123456789012:cluster/work"
ARN = "arn:aws:ecs:us-east-1:123456789012:task/work/0123"
STARTED: Answer = {"tasks": [{"taskArn": ARN}], "failures": []}
DEFINITION: Answer = {"taskDefinition": {"containerDefinitions": [{"name": "main"}, {"name": "sidecar"}]}}
TASK = ContainerTask("report:3", ("run", "--all"), {"A": "1"}, "order-1/3")
NAMED = TaskSettings(container="main")


def bench(*answers: Answer, settings: TaskSettings = NAMED) -> tuple[EcsContainerRunner, Script]:
    make, script = ecs(*answers)
    return EcsContainerRunner(make, "work", source=SOURCE, settings=settings), script


def failed(reason: str, detail: str = "") -> Answer:
    return {"tasks": [], "failures": [{"arn": "arn:aws:ecs:x", "reason": reason, "detail": detail}]}


def test_task_goes_to_its_cluster_with_command_environment_and_a_token_of_at_most_64_characters() -> None:
    runner, script = bench(STARTED)
    assert runner.run(TASK) == ContainerHandle(ARN)
    (asked,) = script.of("RunTask")
    token = cast("str", asked.pop("clientToken"))
    assert len(token) <= 64
    assert asked == {
        "cluster": "work",
        "taskDefinition": "report:3",
        "count": 1,
        "startedBy": "lambda-fsm",
        "overrides": {
            "containerOverrides": [
                {"name": "main", "command": ["run", "--all"], "environment": [{"name": "A", "value": "1"}]}
            ]
        },
    }


def test_a_repeated_token_asks_with_the_same_client_token_and_another_one_with_another() -> None:
    runner, script = bench(STARTED)
    for token in ("t-1", "t-1", "t-2", "t" * 500):
        runner.run(TASK._replace(token=token))
    tokens = [asked["clientToken"] for asked in script.of("RunTask")]
    assert tokens[0] == tokens[1]
    assert len(set(tokens)) == 3


def test_settings_of_the_network_and_of_where_it_runs_go_along() -> None:
    settings = TaskSettings(
        subnets=("s-1", "s-2"), security_groups=("g-1",), public_address=True, launch_type="FARGATE", container="main"
    )
    runner, script = bench(STARTED, settings=settings)
    runner.run(TASK)
    (asked,) = script.of("RunTask")
    assert asked["launchType"] == "FARGATE"
    assert asked["networkConfiguration"] == {
        "awsvpcConfiguration": {"subnets": ["s-1", "s-2"], "securityGroups": ["g-1"], "assignPublicIp": "ENABLED"}
    }


def test_a_capacity_provider_goes_along() -> None:
    runner, script = bench(STARTED, settings=TaskSettings(capacity_provider="spot", container="main"))
    runner.run(TASK)
    (asked,) = script.of("RunTask")
    assert asked["capacityProviderStrategy"] == [{"capacityProvider": "spot", "weight": 1}]


def test_without_a_command_the_image_keeps_its_own() -> None:
    runner, script = bench(STARTED)
    runner.run(TASK._replace(command=()))
    assert "command" not in json.dumps(script.of("RunTask"))


def test_the_first_container_of_the_definition_is_meant_unless_settings_name_one_and_is_asked_for_once() -> None:
    runner, script = bench(DEFINITION, STARTED, settings=TaskSettings())
    assert [runner.run(TASK) for _ in range(3)] == [ContainerHandle(ARN)] * 3
    assert script.of("DescribeTaskDefinition") == [{"taskDefinition": "report:3"}]
    assert json.dumps(script.of("RunTask")).count('"name": "main"') == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Refusal("ClientException", "Unable to describe task definition."), PortRejected),
        ({"taskDefinition": {"containerDefinitions": []}}, PortRejected),
        (refused(), PortUnavailable),
        ({}, OutcomeUnknown),
    ],
)
def test_where_the_container_cannot_be_found_out_nothing_is_started(answer: Answer, kind: type[PortError]) -> None:
    runner, script = bench(answer, STARTED, settings=TaskSettings())
    assert isinstance(runner.run(TASK), kind)
    assert script.of("RunTask") == []


@pytest.mark.parametrize(
    ("answer", "kind", "why"),
    [
        (failed("RESOURCE:MEMORY"), PortUnavailable, "RESOURCE:MEMORY"),
        (failed("RESOURCE:ENI"), PortUnavailable, "RESOURCE:ENI"),
        (failed("AGENT"), PortUnavailable, "AGENT"),
        (failed("Capacity is unavailable at this time"), PortUnavailable, "Capacity"),
        (failed("MISSING"), Misconfigured, "does not exist"),
        (failed("", ""), PortUnavailable, "arn:aws:ecs:x"),
        ({"tasks": [], "failures": []}, OutcomeUnknown, "neither"),
        ({}, OutcomeUnknown, "tasks"),
        (refused(), PortUnavailable, "connect"),
        (silent(), OutcomeUnknown, "timeout"),
        (Refusal("ServerException", "oops", 500), OutcomeUnknown, "oops"),
        (Refusal("ThrottlingException"), PortUnavailable, "Throttling"),
        (Refusal("ClusterNotFoundException", "Cluster not found."), Misconfigured, "Cluster not found"),
        (Refusal("AccessDeniedException", "not authorized"), Misconfigured, "not authorized"),
        (Refusal("ClientException", "TaskDefinition not found."), PortRejected, "TaskDefinition"),
        (Refusal("ClientException", "The role cannot be assumed"), Misconfigured, "role"),
        (Refusal("UnsupportedFeatureException", "not in this region"), Misconfigured, "region"),
        (Refusal("InvalidParameterException", "Override for container named main"), PortRejected, "Override"),
        (Refusal("ConflictException", "clientToken is in use", resourceIds=[]), OutcomeUnknown, "clientToken"),
    ],
)
def test_what_ecs_answers_decides_which_error_it_is(answer: Answer, kind: type[PortError], why: str) -> None:
    runner, _ = bench(answer)
    result = runner.run(TASK)
    assert isinstance(result, kind)
    assert why.lower() in str(result).lower()
    assert SOURCE in str(result)


def test_a_failure_beside_a_started_task_does_not_hide_it() -> None:
    runner, _ = bench({"tasks": [{"taskArn": ARN}], "failures": [{"reason": "RESOURCE:CPU"}]})
    assert runner.run(TASK) == ContainerHandle(ARN)


def test_a_token_that_came_with_another_request_before_has_the_task_of_that_one() -> None:
    runner, _ = bench(Refusal("ConflictException", "clientToken is in use", resourceIds=[ARN]))
    assert runner.run(TASK) == ContainerHandle(ARN)


@pytest.mark.parametrize("over", [False, True])
def test_overrides_of_more_than_8192_characters_are_rejected_with_the_remedy(over: bool) -> None:
    runner, script = bench(STARTED)
    empty = {"containerOverrides": [{"name": "main", "command": ["run"], "environment": [{"name": "A", "value": ""}]}]}
    room = OVERRIDES - len(json.dumps(empty))
    result = runner.run(ContainerTask("report", ("run",), {"A": "x" * (room + over)}, "t-1"))
    if over:
        assert isinstance(result, PortRejected)
        assert "PRIMARY_ENVIRONMENT_SOURCE" in str(result)
        assert script.asked == []
    else:
        assert result == ContainerHandle(ARN)


@pytest.mark.parametrize(
    ("command", "environment", "remedy"),
    [
        (("run",), {"A": "x" * 9_000}, "set PRIMARY_ENVIRONMENT_SOURCE"),
        (("run", "x" * 5_000), {"A": "x" * 5_000}, "set PRIMARY_ENVIRONMENT_SOURCE"),
        (("run", "x" * 9_000), {"A": "1"}, "pass what is long in the environment"),
        (("run", "x" * 8_000), {CONTAINER_ENVIRONMENT_VARIABLE: "a:1", "A": "x" * 200}, "pass what is long in the"),
    ],
)
def test_the_remedy_is_one_that_would_help(command: tuple[str, ...], environment: dict[str, str], remedy: str) -> None:
    runner, _ = bench(STARTED)
    result = runner.run(ContainerTask("report", command, environment, "t-1"))
    assert isinstance(result, PortRejected)
    assert remedy in str(result)
    assert str(result).count("PRIMARY_ENVIRONMENT_SOURCE") == 1


def test_a_task_without_an_image_is_rejected() -> None:
    runner, script = bench(STARTED)
    assert isinstance(runner.run(TASK._replace(image="")), PortRejected)
    assert script.asked == []


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        TaskSettings(launch_type="EC2", capacity_provider="spot")
    with pytest.raises(ValueError, match="subnets"):
        TaskSettings(security_groups=("g-1",))
    with pytest.raises(ValueError, match="subnets"):
        TaskSettings(public_address=True)
