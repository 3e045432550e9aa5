"""A command line that takes what Docker's takes, answers as Docker's and podman's do, and starts nothing.

A program: the test puts it first on PATH under the name of the one or the other.  It keeps its containers as JSON files
in the folder ``RECORDING_DOCKER``, which may hold a file ``fault`` as well.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import REMAINDER, ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

HOME = Path(os.environ["RECORDING_DOCKER"])
PODMAN = Path(sys.argv[0]).name == "podman"
HELP = "\n\nRun 'docker run --help' for more information"

DAEMON_DOWN = {
    False: "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    True: "Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection "
    "list`\nError: unable to connect to Podman socket: dial unix /run/podman.sock: connect: connection refused",
}
UNKNOWN_IMAGE = {
    False: "Unable to find image 'unknown:latest' locally\ndocker: Error response from daemon: pull access denied for "
    "unknown, repository does not exist or may require 'docker login'",
    True: "Trying to pull docker.io/library/unknown:latest...\nError: initializing source "
    "docker://unknown:latest: reading manifest latest in docker.io/library/unknown: requested access to the resource "
    "is denied",
}
NAME_TAKEN = {
    False: 'docker: Error response from daemon: Conflict. The container name "/{name}" is already in use by container '
    '"0123abcd". You have to remove (or rename) that container to be able to reuse that name.',
    True: 'Error: creating container storage: the container name "{name}" is already in use by 0123abcd. You have to '
    "remove that container to be able to reuse that name: that name is already in use",
}
NO_COMMAND = {
    False: "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI "
    'runtime create failed: exec: "nothing": executable file not found in $PATH: unknown',
    True: "Error: crun: executable file `nothing` not found in $PATH: No such file or directory: OCI runtime attempted "
    "to invoke a command that was not found",
}
NO_REGISTRY = {
    False: "Unable to find image 'img:latest' locally\ndocker: Error response from daemon: Get "
    '"https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    True: "Trying to pull docker.io/library/img:latest...\nError: initializing source docker://img:latest: pinging "
    "container registry registry-1.docker.io: dial tcp: lookup registry-1.docker.io: no such host",
}
CUT_OFF = {False: "docker: unexpected EOF", True: "Error: unexpected EOF"}
BEFORE_IT_BEGINS = {
    "daemon down": (125, DAEMON_DOWN),
    "no registry": (125, NO_REGISTRY),
    "cut off": (125, CUT_OFF),
}


class Container(TypedDict):
    """What is kept of one."""

    id: str
    status: str
    image: str
    command: list[str]
    environment: dict[str, str]
    arguments: list[str]
    labels: list[str]
    starts: int


def fail(code: int, message: str) -> None:
    """End, with the text that the command line would have printed."""
    sys.stderr.write(message + ("\n" if PODMAN else HELP + "\n"))
    raise SystemExit(code)


def variables(files: list[str], options: list[str]) -> Mapping[str, str]:
    """As Docker reads them: a file holds lines, an option without a value takes it from the environment."""
    found: dict[str, str] = {}
    for file in files:
        for line in Path(file).read_bytes().decode().splitlines():
            stripped = line.lstrip()
            if stripped and not stripped.startswith("#"):
                name, _, value = stripped.partition("=")
                found[name] = value
    for option in options:
        name, equals, value = option.partition("=")
        found[name] = value if equals else os.environ[name]
    return found


def run(arguments: list[str]) -> None:
    """``docker run``."""
    parser = ArgumentParser()
    parser.add_argument("--detach", action="store_true", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("--env-file", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--network")
    parser.add_argument("image")
    parser.add_argument("command", nargs=REMAINDER)
    asked = parser.parse_args(arguments)
    environment = variables(asked.env_file, asked.env)
    if asked.image == "unknown":
        fail(125, UNKNOWN_IMAGE[PODMAN])
    file = HOME / f"{asked.name}.json"
    made = Container(
        id=f"c{os.getpid():063}",
        status="created",
        image=asked.image,
        command=asked.command,
        environment=dict(environment),
        arguments=sys.argv[1:],
        labels=asked.label,
        starts=0,
    )
    try:
        os.link(written(made), file)
    except FileExistsError:
        fail(125, NAME_TAKEN[PODMAN].format(name=asked.name))
    if (HOME / "fault").exists() and (HOME / "fault").read_text() == "dies before it starts":
        os.kill(os.getpid(), 9)
    sys.stdout.write(made["id"] + "\n")
    sys.stdout.flush()
    start(asked.name)


def start(name: str) -> None:
    """``docker start``."""
    file = HOME / f"{name}.json"
    made: Container = json.loads(file.read_text(encoding="utf-8"))
    if made["command"][:1] == ["nothing"]:
        fail(127, NO_COMMAND[PODMAN])
    if made["status"] != "running":
        made["status"], made["starts"] = "running", made["starts"] + 1
        written(made).replace(file)


def written(made: Container) -> Path:
    """A file of its own that holds it, to be put in its place whole: many calls run at the same time."""
    file = HOME / f"new-{os.getpid()}"
    file.write_text(json.dumps(made), encoding="utf-8")
    return file


def remove(which: str) -> None:
    """``docker rm`` without force."""
    for file in HOME.glob("*.json"):
        made: Container = json.loads(file.read_text(encoding="utf-8"))
        if made["id"] == which or file.stem == which:
            if made["status"] == "running":
                fail(1, f"Error response from daemon: cannot remove container {which}: container is running")
            file.unlink()


def main() -> None:
    """One call."""
    fault = (HOME / "fault").read_text(encoding="utf-8") if (HOME / "fault").exists() else ""
    with (HOME / "calls").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\n")
    if fault in BEFORE_IT_BEGINS:
        code, message = BEFORE_IT_BEGINS[fault]
        fail(code, message[PODMAN])
    if fault == "hangs":
        with Path(os.environ["RECORDING_DOCKER_GATE"]).open(encoding="utf-8"):
            return
    verb, *arguments = sys.argv[1:]
    if verb == "run":
        run(arguments)
    elif verb == "start":
        start(arguments[0])
    elif verb == "rm":
        remove(arguments[0])
    elif verb == "inspect" and arguments[:2] == ["--format", "{{.State.Status}}"]:
        file = HOME / f"{arguments[2]}.json"
        if not file.exists():
            fail(1, f"Error: No such object: {arguments[2]}")
        sys.stdout.write(json.loads(file.read_text(encoding="utf-8"))["status"] + "\n")
    else:
        fail(125, f"docker: unknown command: docker {verb}")


if __name__ == "__main__":
    main()
