"""The container runner of Amazon ECS keeps the contract of its port, on moto and on ministack."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from fsm_adapters._aws.clients import AwsClients
from fsm_adapters._aws.errors import Misconfigured
from fsm_adapters.ecs.container_runner import EcsContainerRunner
from fsm_adapters.ecs.task_settings import TaskSettings
from fsm_adapters.system.clock import SystemClock
from fsm_contract import ContainerRunnerContract, ContainerSubject
from fsm_ports import ContainerTask
from tests.backends.aws import clients
from tests.backends.backend import Backend

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient

SOURCE = "arn:aws:ecs:us-east-1:123456789012:cluster/work"
FARGATE = TaskSettings(launch_type="FARGATE", subnets=("subnet-1",))
TASK = ContainerTask("image", ("run",), {"A": "1"}, "t-1")


@cache
def shared(backend: Backend) -> AwsClients:
    """Clients are dear to make."""
    return clients(backend)


class Cluster:
    """One cluster, with a task definition."""

    def __init__(self, client: ECSClient) -> None:
        self.client, self.name, self.family = client, f"fsm-{uuid4().hex}", f"image-{uuid4().hex}"
        client.create_cluster(clusterName=self.name)
        client.register_task_definition(
            family=self.family,
            containerDefinitions=[{"name": "main", "image": "busybox", "cpu": 10, "memory": 64}],
        )

    def runner(self, cluster: str = "") -> EcsContainerRunner:
        return EcsContainerRunner(lambda: self.client, cluster or self.name, source=SOURCE, settings=FARGATE)

    def started(self) -> Sequence[ContainerTask]:
        arns = self.client.list_tasks(cluster=self.name)["taskArns"]
        tasks = self.client.describe_tasks(cluster=self.name, tasks=arns)["tasks"] if arns else []
        found: list[ContainerTask] = []
        for task in tasks:
            (override,) = task.get("overrides", {}).get("containerOverrides", [])
            assert override.get("name") == "main"
            environment = {pair.get("name", ""): pair.get("value", "") for pair in override.get("environment", [])}
            found.append(ContainerTask(self.family, tuple(override.get("command", ())), environment, ""))
        return found


@pytest.fixture
def cluster(aws: Backend) -> Cluster:
    return Cluster(shared(aws).ecs()())


class TestEcsContainerRunner(ContainerRunnerContract):
    """Neither emulator knows client tokens; that the same one goes along with a repeat is a test of the adapter."""

    adapter = EcsContainerRunner

    @pytest.fixture
    def subject(self, cluster: Cluster) -> ContainerSubject:
        return ContainerSubject(
            clock=SystemClock(),
            runner=cluster.runner(),
            started=cluster.started,
            image=cluster.family,
            endless=cluster.family,
            unknown="nowhere",
            tells_repeats=False,
        )


def test_a_cluster_that_does_not_exist_is_named(moto: Backend) -> None:
    """Not on ministack, which makes one."""
    cluster = Cluster(shared(moto).ecs()())
    refused = cluster.runner("nowhere").run(TASK._replace(image=cluster.family))
    assert isinstance(refused, Misconfigured)
    assert "Cluster not found" in str(refused)
