"""``subprocess://`` or ``subprocess:///FOLDER``: processes of this machine, which leave their output in the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fsm_adapters.subprocess.container_runner import SubprocessContainerRunner
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.container_runner import ContainerRunner

FOLDER: Final = Path(".fsm/containers")
"""Where nothing is named; as with files of SQLite three slashes begin a relative path, four an absolute one."""


def container(source: Source, supplies: Supplies) -> ContainerRunner:
    written = source.resource.removeprefix("/")
    return SubprocessContainerRunner(Path(written) if written else FOLDER, source=source)
