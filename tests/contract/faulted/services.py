"""Each operation by which an AWS adapter changes something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from fsm_adapters.ecs.container_runner import EcsContainerRunner
from fsm_ports import (
    ContainerTask,
)
from tests.backends.aws import shared_clients
from tests.backends.backend import Backend
from tests.contract.faulted.claims import acknowledged, extended, queue_road, retry_road
from tests.contract.faulted.roads import kinesis, sns, sqs
from tests.contract.faulted.service import SOURCE, Make, Service
from tests.contract.faulted.tables import commits, environments, history, leases, marks, record_bus, retries, table_bus


def containers(backend: Backend, names: Sequence[str]) -> Service:
    client = shared_clients(backend).ecs()
    client().create_cluster(clusterName="work")
    client().register_task_definition(
        family="image", containerDefinitions=[{"name": "main", "image": "busybox", "cpu": 10, "memory": 64}]
    )
    runner = EcsContainerRunner(client, "work", source=SOURCE)

    def put(names: Sequence[str]) -> Sequence[object]:
        return [runner.run(ContainerTask("image", (name,), {}, name)) for name in names]

    def started() -> set[str]:
        arns = client().list_tasks(cluster="work")["taskArns"]
        tasks = client().describe_tasks(cluster="work", tasks=arns)["tasks"] if arns else []
        overrides = [one for task in tasks for one in task.get("overrides", {}).get("containerOverrides", [])]
        return {override.get("command", [""])[0] for override in overrides}

    return Service(put, started, client())


SERVICES: Final[Mapping[str, Make]] = {
    "sqs": partial(sqs, "orders"),
    "sqs fifo": partial(sqs, "orders.fifo"),
    "sqs acknowledge": partial(acknowledged, queue_road),
    "sqs extend": partial(extended, queue_road),
    "sns": sns,
    "kinesis": kinesis,
    "dynamodb bus": table_bus,
    "dynamodb record bus": record_bus,
    "dynamodb retries": retries,
    "dynamodb acknowledge": partial(acknowledged, retry_road),
    "dynamodb extend": partial(extended, retry_road),
    "dynamodb commit": commits,
    "dynamodb mark": marks,
    "dynamodb lease": leases,
    "dynamodb environment": environments,
    "dynamodb history": history,
    "ecs": containers,
}
