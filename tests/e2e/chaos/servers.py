"""Servers that can be stopped, stalled and cut off, each behind a proxy of its own."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals

from tests.backends import programs
from tests.backends.processes import Process, free_port
from tests.e2e.cutting_proxy import NEVER, Cuts, Proxy

USUAL = Cuts(requests=0.005, answers=0.005)
EMULATOR = Path(__file__).parents[2] / "backends" / "emulator.py"


@dataclass
class Server:
    """One process, and the proxy that its clients see."""

    name: str
    process: Process
    proxy: Proxy
    stops_by: Signals = signal.SIGKILL
    """What it keeps its state through."""
    down: bool = field(default=False, init=False)
    """Stopped or stalled at the moment."""

    @property
    def address(self) -> str:
        """Through the proxy."""
        return f"127.0.0.1:{self.proxy.port}"

    def stop(self) -> None:
        self.process.signal(self.stops_by)
        self.down = True

    def start(self) -> None:
        """Does not wait until it listens: that it does not yet is a part of the outage."""
        self.process.wait()
        self.process.launch()
        self.down = False

    def stall(self) -> None:
        """It takes what it is sent, and says nothing."""
        self.process.signal(signal.SIGSTOP)
        self.down = True

    def go_on(self) -> None:
        self.process.signal(signal.SIGCONT)
        self.down = False

    def revive(self) -> bool:
        """Start it again where it ended by itself; whether it had.  kinesalite ends at a request that is cut short."""
        if self.down or not self.process.has_ended():
            return False
        self.start()
        return True

    def calm(self) -> None:
        """No more cuts."""
        self.proxy.cuts = NEVER
        self.revive()
        self.process.await_listening()

    def close(self) -> None:
        self.proxy.close()
        self.process.stop()


def redis(folder: Path, seed: int) -> Server:
    """Keeps its leases in an append-only file."""
    path, port = programs.program("redis-server", "redis-server"), free_port()
    listens = ["--port", str(port), "--bind", "127.0.0.1"]
    keeps = ["--save", "", "--appendonly", "yes", "--appendfsync", "no", "--dir", str(folder)]
    return _started("redis", Process([path, *listens, *keeps], port, folder / "redis.log"), seed)


def memcached(folder: Path, seed: int) -> Server:
    """Forgets everything."""
    path, port = programs.program("memcached", "memcached"), free_port()
    command: list[str | Path] = [path, "-u", "root", "-l", "127.0.0.1", "-p", str(port), "-U", "0"]
    return _started("memcached", Process(command, port, folder / "memcached.log"), seed)


def kinesis(folder: Path, seed: int) -> Server:
    """kinesalite, on LevelDB."""
    script, port = programs.file("kinesalite", "node/node_modules/kinesalite/cli.js"), free_port()
    programs.file("leveldown", "node/node_modules/leveldown/package.json")
    node, keeps = programs.program("node", "nodejs"), f"--path={folder / 'kinesis'}"
    waits = [f"--{what}StreamMs=0" for what in ("create", "delete", "update")]
    command: list[str | Path] = [node, script, f"--port={port}", keeps, *waits]
    return _started("kinesis", Process(command, port, folder / "kinesis.log"), seed)


def ministack(name: str, folder: Path, seed: int) -> Server:
    """ministack writes down what it holds when it is asked to end, and not before."""
    python, port, state = programs.file("ministack", "venv/bin/python"), free_port(), folder / name
    environment: Mapping[str, str] = {"PERSIST_STATE": "1", "STATE_DIR": str(state)}
    offset = folder / f"{name}.offset"
    offset.write_bytes(bytes(8))
    command: list[str | Path] = [python, EMULATOR, "ministack", str(port), offset]
    return _started(name, Process(command, port, folder / f"{name}.log", environment), seed, signal.SIGTERM)


def _started(name: str, process: Process, seed: int, stops_by: Signals = signal.SIGKILL) -> Server:
    process.start()
    return Server(name, process, Proxy(process.port, USUAL, seed), stops_by)
