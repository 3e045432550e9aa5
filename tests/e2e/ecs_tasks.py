"""Tasks of ECS, as an emulator keeps them, run as processes here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tests.backends.aws import clients
from tests.backends.backend import Backend

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient

CLUSTER = "arn:aws:ecs:us-east-1:000000000000:cluster/jobs"
FAMILY = "converter"


class Ended(NamedTuple):
    """A process that is over."""

    code: int
    printed: str


class Tasks:
    """The tasks of a cluster, each with what its run was given."""

    def __init__(self, backend: Backend) -> None:
        self._client: ECSClient = clients(backend).ecs()()
        self._endpoint = backend.endpoint
        self._client.create_cluster(clusterName="jobs")
        self._client.register_task_definition(
            family=FAMILY,
            containerDefinitions=[{"name": "main", "image": "busybox", "cpu": 10, "memory": 64}],
        )

    def environments(self) -> list[Mapping[str, str]]:
        """Of each task that was started, as its container finds it."""
        arns = self._client.list_tasks(cluster="jobs")["taskArns"]
        tasks = self._client.describe_tasks(cluster="jobs", tasks=arns)["tasks"] if arns else []
        found: list[Mapping[str, str]] = []
        for task in tasks:
            (override,) = task.get("overrides", {}).get("containerOverrides", [])
            found.append({pair.get("name", ""): pair.get("value", "") for pair in override.get("environment", [])})
        return found

    def run(self, environment: Mapping[str, str], *command: str) -> Ended:
        """What the image's entry point does: ``fsm container-run -- COMMAND``."""
        given = {**os.environ, **environment, "AWS_ENDPOINT_URL": self._endpoint}
        words = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", "container-run", "--", *command]
        done = subprocess.run(words, env=given, capture_output=True, text=True, check=False, timeout=60)
        return Ended(done.returncode, done.stdout + done.stderr)


def python(code: str) -> Sequence[str]:
    return [sys.executable, "-c", code]
