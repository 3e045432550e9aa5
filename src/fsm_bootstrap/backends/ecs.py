"""``arn:aws:ecs:...:cluster/NAME``: tasks of Amazon ECS."""

from __future__ import annotations

from fsm_adapters.ecs.container_runner import EcsContainerRunner
from fsm_adapters.ecs.task_settings import TaskSettings
from fsm_bootstrap.aws import attempts, clients
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.container_runner import ContainerRunner
from fsm_ports.errors import PortMisconfigured


def container(source: Source, supplies: Supplies) -> ContainerRunner:
    settings = supplies.settings
    try:
        task = TaskSettings(
            subnets=settings.ecs_subnets,
            security_groups=settings.ecs_security_groups,
            public_address=settings.ecs_public_address,
            launch_type=settings.ecs_launch_type,
            capacity_provider=settings.ecs_capacity_provider,
            container=settings.ecs_container,
        )
    except ValueError as error:
        raise PortMisconfigured(f"ECS_SUBNETS, ECS_LAUNCH_TYPE...: {error}") from error
    client = clients(source, supplies).ecs(source.region, attempts("container", supplies))
    return EcsContainerRunner(client, source, source=source, settings=task)
