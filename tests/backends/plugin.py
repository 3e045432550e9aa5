"""Fixtures of real servers: each starts when a test first asks for it, once a test process."""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.backends import programs
from tests.backends.backend import Backend, ShiftedClock
from tests.backends.processes import Process, free_port

EMULATOR = Path(__file__).parent / "emulator.py"
RESETS = {"ministack": "/_ministack/reset", "moto": "/moto-api/reset"}


@contextmanager
def emulator(name: str, place: Path) -> Generator[Backend]:
    """ministack or moto, with a clock that can be moved."""
    python = programs.file(name, "venv/bin/python")
    port, offset = free_port(), place / f"{name}.offset"
    offset.write_bytes(struct.pack("d", 0.0))
    process = Process([python, EMULATOR, name, str(port), offset], port, place / f"{name}.log")
    process.start()
    try:
        yield Backend(name, f"http://127.0.0.1:{port}", ShiftedClock(offset), RESETS[name])
    finally:
        process.stop()


@pytest.fixture(scope="session")
def ministack_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with emulator("ministack", tmp_path_factory.mktemp("ministack")) as backend:
        yield backend


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with emulator("moto", tmp_path_factory.mktemp("moto")) as backend:
        yield backend


@pytest.fixture(scope="session")
def kinesalite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    script = programs.file("kinesalite", "node/node_modules/kinesalite/cli.js")
    port, log = free_port(), tmp_path_factory.mktemp("kinesalite") / "log"
    node, waits = programs.program("node", "nodejs"), [f"--{what}StreamMs=0" for what in ("create", "delete", "update")]
    process = Process([node, script, f"--port={port}", *waits], port, log)
    process.start()
    yield Backend("kinesalite", f"http://127.0.0.1:{port}", ShiftedClock(None))
    process.stop()


@pytest.fixture
def ministack(ministack_server: Backend) -> Backend:
    """Empty."""
    ministack_server.reset()
    return ministack_server


@pytest.fixture
def moto(moto_server: Backend) -> Backend:
    """Empty.  Its conditional writes are not atomic between threads: races belong on ministack."""
    moto_server.reset()
    return moto_server


@pytest.fixture
def kinesalite(kinesalite_server: Backend) -> Backend:
    """As the tests before left it: give your streams names of their own.  Its clock is the system's."""
    return kinesalite_server


@pytest.fixture(params=["ministack", "moto"])
def aws(request: pytest.FixtureRequest) -> Backend:
    """Each of the emulators, empty."""
    backend: Backend = request.getfixturevalue(request.param)
    return backend
