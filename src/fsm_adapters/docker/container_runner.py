"""The port ContainerRunner through the command line of Docker or podman."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from fsm_adapters.docker.command_line import CommandLine
from fsm_adapters.docker.environment import travelling
from fsm_ports.container_runner import ContainerHandle, ContainerRunner, ContainerTask
from fsm_ports.errors import PortError, PortRejected

_LABEL = "lambda-fsm.token"


class DockerContainerRunner(ContainerRunner):
    """``docker run --detach``; the image of a task is an image, and its name stands for the token.

    * The container bears a name made of the token, and is kept when it has ended.  A repeated token meets the name and
      gets the same handle; what an earlier call created and did not live to start is started.  To forget a token,
      remove its container.
    * The handle is that name: ``docker logs NAME`` shows what it printed.  The token itself is in the label
      ``lambda-fsm.token``.
    * Variables reach the command line through its standard input, or through its environment, never as arguments.
    * A call takes as long as it takes to pull the image, `seconds` at most; what takes longer may yet come to a start.
    """

    def __init__(
        self,
        cli: str = "docker",
        *,
        source: str = "docker://",
        options: Sequence[str] = (),
        seconds: float = 60.0,
    ) -> None:
        """`cli` is a name on PATH or a path; `options` go to its ``run``, such as ``("--network", "host")``."""
        self._line, self._source = CommandLine(cli, source, seconds), source
        self._options = tuple(options)

    def run(self, task: ContainerTask) -> ContainerHandle | PortError:
        if not task.image or task.image.startswith("-"):
            return PortRejected(f"{task.image!r} is no image", self._source)
        name = f"fsm-{hashlib.sha256(task.token.encode(errors='backslashreplace')).hexdigest()[:40]}"
        environment = travelling(task.environment)
        if isinstance(environment, str):
            return PortRejected(environment, self._source)
        named = ["run", "--detach", "--name", name, "--label", f"{_LABEL}={task.token}"]
        variables = ["--env-file", "/dev/stdin", *environment.options]
        arguments = [*named, *variables, *self._options, task.image, *task.command]
        ran = self._line.call(arguments, environment.process, environment.file)
        if isinstance(ran, PortError):
            return ran
        if ran.code == 0:
            return ContainerHandle(name)
        if ran.name_is_taken:
            return self._started_before(name)
        self._clear(ran.output)
        return self._line.refusal(ran)

    def _started_before(self, name: str) -> ContainerHandle | PortError:
        """Whoever created it may have died before it was started; to start a started one changes nothing."""
        seen = self._line.call(["inspect", "--format", "{{.State.Status}}", name])
        if isinstance(seen, PortError):
            return seen
        if seen.code == 0 and seen.output.strip() not in ("created", "configured", "initialized"):
            return ContainerHandle(name)
        started = self._line.call(["start", name])
        if isinstance(started, PortError):
            return started
        return ContainerHandle(name) if started.code == 0 else self._line.refusal(started)

    def _clear(self, output: str) -> None:
        """Remove what was created and could not be started, so that its name is free for a mended task.

        Without force: what runs after all is left alone.
        """
        created = output.strip()
        if created.isalnum():
            self._line.call(["rm", created])
