"""Servers that a benchmark needs: on free ports of 127.0.0.1, ended by their process id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.peers import backends

PATIENCE: Final = 20.0
"""Seconds that a server has for starting."""
REDIS: Final = "redis-server is not installed: apt-get install redis-server"
EMULATOR: Final = "ministack is not installed: ./run-tests installs it; see .ci/backends.sh"


def redis_program() -> str | None:
    return shutil.which("redis-server") or shutil.which("redis-server", path=str(backends() / "debian/usr/bin"))


@contextmanager
def redis(folder: Path) -> Generator[str]:
    """The URL of a Redis that keeps nothing on the disk."""
    program, port = redis_program(), free_port()
    if program is None:
        raise FileNotFoundError(REDIS)
    quiet = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with running([program, "--port", str(port), *quiet], port):
        yield f"redis://127.0.0.1:{port}"


def emulator_program() -> str | None:
    program = backends() / "venv/bin/ministack"
    return str(program) if program.exists() else None


@contextmanager
def emulator() -> Generator[str]:
    """The URL of an emulator of AWS."""
    program, port = emulator_program(), free_port()
    if program is None:
        raise FileNotFoundError(EMULATOR)
    variables = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "LOG_LEVEL": "WARNING"}
    with running([program], port, variables):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(command: Sequence[str], port: int, variables: Mapping[str, str] | None = None) -> Generator[None]:
    """The process, once it listens on the port, until the end."""
    surroundings = {**os.environ, **(variables or {})}
    process = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[0]} does not listen on port {port}")
            time.sleep(0.01)
        yield
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
