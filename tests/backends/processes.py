"""Processes that listen on a port, each ended with the test process that started it, however that ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

PATIENCE = 60.0
"""Seconds that a server has for starting."""


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with closing(socket.socket()) as caller:
        caller.settimeout(1.0)
        return caller.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """One server; its output is kept for the error that says why it did not start."""

    def __init__(
        self, command: Sequence[str | Path], port: int, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port, self._log = port, log
        self._command = ended_with_parent([str(part) for part in command])
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it listens."""
        self.launch()
        self.await_listening()

    def launch(self) -> None:
        """Returns at once."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=self._environment
            )

    def await_listening(self) -> None:
        assert self._process is not None
        end = time.monotonic() + PATIENCE
        while not listens(self.port):
            told = f"{' '.join(self._command)}\n{self._log.read_text(errors='replace')[-2000:]}"
            assert self._process.poll() is None, f"ended with {self._process.returncode}: {told}"
            assert time.monotonic() < end, f"does not listen after {PATIENCE:g} s: {told}"
            time.sleep(0.02)

    def listens(self) -> bool:
        return listens(self.port)

    def has_ended(self) -> bool:
        """Whoever ended it."""
        return self._process is not None and self._process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Returns at once."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> None:
        """Until it has ended; at once where it never started."""
        if self._process is not None:
            self._process.wait(PATIENCE)
            self._process = None

    def stop(self) -> None:
        """As by ``kill -9``."""
        if self._process is not None:
            self._process.kill()
            self.wait()


_FIRST: Final = (
    "import ctypes, os, signal, sys; "
    "ctypes.CDLL(None).prctl(1, signal.SIGKILL); "  # PR_SET_PDEATHSIG
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


def ended_with_parent(command: Sequence[str]) -> list[str]:
    """The command, for a process that ends with the thread that starts it: one that is killed runs no finalizer.

    The process asks for that itself, before it becomes the command: a `preexec_fn` may hang where there are threads.
    """
    return [sys.executable, "-ISc", _FIRST, *command]
