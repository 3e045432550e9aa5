"""The port ContainerRunner on Amazon ECS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from fsm_adapters.ecs.refusals import Started, ask_ecs, failure
from fsm_adapters.ecs.task_settings import TaskSettings
from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected
from fsm_ports.names import CONTAINER_ENVIRONMENT_VARIABLE

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.type_defs import KeyValuePairTypeDef, RunTaskRequestTypeDef, TaskOverrideTypeDef

OVERRIDES: Final = 8192
"""Characters that command and environment may have together, as JSON."""


class EcsContainerRunner(ContainerRunner):
    """RunTask; the image of a task is a task definition: an ARN, a ``family:revision``, or a family for its newest one.

    * The token goes along as client token, hashed: ECS answers a repeated one with the task that it started before.
    * Command and environment override those of one container; larger than 8,192 characters they are rejected.
    * The handle is the ARN of the task.  That it was accepted does not say that its image can be pulled.
    """

    def __init__(
        self, client: Callable[[], ECSClient], cluster: str, *, source: str, settings: TaskSettings | None = None
    ) -> None:
        """`cluster` is a name or an ARN."""
        self._client, self._cluster, self._source = client, cluster, source
        self._settings = TaskSettings() if settings is None else settings
        self._containers: dict[str, str] = {}

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        if not task.image:
            return PortRejected("a task needs an image: the name or the ARN of a task definition", self._source)
        container = self._container(task.image)
        if isinstance(container, PortError):
            return container
        overrides = _overrides(container, task.command, task.environment)
        length = len(json.dumps(overrides))
        if length > OVERRIDES:
            return PortRejected(self._too_large(length, container, task), self._source)
        return self._start(self._request(task, overrides))

    def _too_large(self, length: int, container: str, task: ContainerTask) -> str:
        said = f"command and environment have {length} characters as JSON, and a task of ECS takes {OVERRIDES}"
        command = len(json.dumps(_overrides(container, task.command, {})))
        if command > OVERRIDES or CONTAINER_ENVIRONMENT_VARIABLE in task.environment:
            return (
                f"{said}, of which the command has {command}: pass what is long in the environment, which travels by "
                "PRIMARY_ENVIRONMENT_SOURCE"
            )
        return f"{said}: set PRIMARY_ENVIRONMENT_SOURCE, so that the task fetches its environment from there"

    def _start(self, request: RunTaskRequestTypeDef) -> ContainerHandle | PortError:
        answer = ask_ecs(self._source, lambda: self._client().run_task(**request), "tasks")
        if isinstance(answer, Started) and answer.task:
            return ContainerHandle(answer.task)
        if isinstance(answer, PortError):
            return answer
        for task in answer["tasks"]:
            if arn := task.get("taskArn"):
                return ContainerHandle(arn)
        for failed in answer.get("failures", ()):
            return failure(failed, self._source)
        return OutcomeUnknown("the answer names neither a task nor a failure", self._source)

    def _container(self, image: str) -> str | PortError:
        """The name of the container that gets command and environment."""
        known = self._settings.container or self._containers.get(image)
        if known:
            return known
        answer = ask_ecs(
            self._source, lambda: self._client().describe_task_definition(taskDefinition=image), "taskDefinition"
        )
        if isinstance(answer, PortError):
            return answer
        for definition in answer["taskDefinition"].get("containerDefinitions", ()):
            if name := definition.get("name"):
                self._containers[image] = name
                return name
        return PortRejected(f"{image} defines no container", self._source)

    def _request(self, task: ContainerTask, overrides: TaskOverrideTypeDef) -> RunTaskRequestTypeDef:
        settings = self._settings
        request: RunTaskRequestTypeDef = {
            "cluster": self._cluster,
            "taskDefinition": task.image,
            "count": 1,
            "overrides": overrides,
            "clientToken": hashlib.sha256(task.token.encode(errors="backslashreplace")).hexdigest(),
            "startedBy": "lambda-fsm",
        }
        if settings.launch_type is not None:
            request["launchType"] = settings.launch_type
        if settings.capacity_provider is not None:
            request["capacityProviderStrategy"] = [{"capacityProvider": settings.capacity_provider, "weight": 1}]
        if settings.subnets:
            request["networkConfiguration"] = {
                "awsvpcConfiguration": {
                    "subnets": list(settings.subnets),
                    "securityGroups": list(settings.security_groups),
                    "assignPublicIp": "ENABLED" if settings.public_address else "DISABLED",
                }
            }
        return request


def _overrides(container: str, command: tuple[str, ...], environment: Mapping[str, str]) -> TaskOverrideTypeDef:
    pairs: list[KeyValuePairTypeDef] = [{"name": name, "value": value} for name, value in environment.items()]
    if not command:  # an empty one would take the place of the image's own
        return {"containerOverrides": [{"name": container, "environment": pairs}]}
    return {"containerOverrides": [{"name": container, "command": list(command), "environment": pairs}]}
