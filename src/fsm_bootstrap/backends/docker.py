"""``docker://`` and ``podman://``: containers on this machine, through the command line."""

from __future__ import annotations

from fsm_adapters.docker.container_runner import DockerContainerRunner
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.container_runner import ContainerRunner


def container(source: Source, supplies: Supplies) -> ContainerRunner:
    settings = supplies.settings
    cli = "podman" if source.kind == "podman" else settings.container_cli
    return DockerContainerRunner(cli, source=source, options=settings.container_options)
