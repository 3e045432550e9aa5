"""Real servers of Redis and memcached on free ports, in the set-ups that a test asks for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

PATIENCE = 20.0
"""Seconds that a server has for starting."""


def program(name: str, install: str) -> str:
    """The path of a program; without it the test is skipped, or fails under ``FSM_REQUIRE_BACKENDS``."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed: {install}"
        if os.environ.get("FSM_REQUIRE_BACKENDS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Server:
    """A process that listens on a port."""

    command: Sequence[str]
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self._process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while not self._listens():
            assert self._process.poll() is None, f"{self.command} ended"
            assert time.monotonic() < end, f"{self.command} does not listen"
            time.sleep(0.01)

    def stop(self) -> None:
        """As by ``kill -9``."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """It forgets everything."""
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def started(server: Server) -> Generator[Server]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


def redis(folder: Path, *options: str, port: int = 0, tls: bool = False) -> Server:
    """A Redis that keeps nothing on the disk."""
    path = program("redis-server", "apt-get install redis-server")
    port = port or free_port()
    listens = ["--port", "0", "--tls-port", str(port)] if tls else ["--port", str(port)]
    quiet = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    return Server([path, *listens, *quiet, *options], port)


def redis_cluster(folder: Path) -> Server:
    """A Redis in cluster mode that is not serving its slots yet."""
    port = _free_pair()
    files = ["--cluster-config-file", f"nodes-{port}.conf", "--cluster-node-timeout", "60000"]
    return redis(folder, "--cluster-enabled", "yes", *files, port=port)


def _free_pair() -> int:
    """A free port such that the one for the nodes' own talk, 10,000 above, is free as well."""
    while True:
        with closing(socket.socket()) as near, closing(socket.socket()) as far:
            near.bind(("127.0.0.1", 0))
            port: int = near.getsockname()[1]
            if port < 55_000 and far.connect_ex(("127.0.0.1", port + 10_000)):
                return port


def join(nodes: Sequence[Server]) -> None:
    """Makes a cluster of these nodes, each with an equal part of the slots."""
    for number, node in enumerate(nodes):
        first, end = (16384 * part // len(nodes) for part in (number, number + 1))
        command(node.port, "CLUSTER", "ADDSLOTSRANGE", str(first), str(end - 1))
        command(node.port, "CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
        command(node.port, "CLUSTER", "MEET", "127.0.0.1", str(nodes[0].port))
    in_step(nodes)


def in_step(nodes: Sequence[Server]) -> None:
    """Waits until each node knows of all others, and all slots are served."""
    for node in nodes:
        for mark in (f"cluster_known_nodes:{len(nodes)}", "cluster_slots_assigned:16384", "cluster_state:ok"):
            eventually(partial(_says, node.port, mark.encode()), "the cluster does not come up")


@contextmanager
def slot_moved(key: str, nodes: Sequence[Server]) -> Generator[None]:
    """The slot of a key that is not there goes from its node to the other one, and back."""
    slot = command(nodes[0].port, "CLUSTER", "KEYSLOT", key).strip(b":\r\n").decode()
    names = [command(node.port, "CLUSTER", "MYID").split(b"\r\n")[1].decode() for node in nodes]
    first = int(slot) >= 16384 // 2  # its node's place among the two
    for name in (names[not first], names[first]):
        for node in nodes:
            command(node.port, "CLUSTER", "SETSLOT", slot, "NODE", name)
        if name == names[not first]:
            yield


def _says(port: int, mark: bytes) -> bool:
    return mark in command(port, "CLUSTER", "INFO")


def memcached(*options: str, port: int = 0) -> Server:
    path = program("memcached", "apt-get install memcached")
    port = port or free_port()
    user = ["-u", "root"] if os.geteuid() == 0 else []
    return Server([path, *user, "-l", "127.0.0.1", "-p", str(port), "-U", "0", *options], port)


def command(port: int, *words: str, login: Sequence[str] = ()) -> bytes:
    """The first answer of a Redis to a command, as it comes over the wire."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as link:
        if login:
            link.sendall(_encoded(["AUTH", *login]))
            link.recv(4096)
        link.sendall(_encoded(words))
        return link.recv(65536)


def eventually(look: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not look():
        assert time.monotonic() < end, what
        time.sleep(0.02)


@dataclass(frozen=True)
class Certificate:
    authority: Path
    key: Path
    chain: Path


def certificate(folder: Path) -> Certificate:
    """One that signed itself, for 127.0.0.1 and localhost."""
    made = Certificate(folder / "server.crt", folder / "server.key", folder / "server.crt")
    openssl = program("openssl", "apt-get install openssl")
    subprocess.run(
        [
            openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-keyout", str(made.key), "-out", str(made.chain),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made


def _encoded(words: Sequence[str]) -> bytes:
    parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(parts)}".encode()
