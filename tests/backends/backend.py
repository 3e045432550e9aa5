"""A service of AWS as a test sees it: where it listens, and its time."""

from __future__ import annotations

import struct
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from fsm_ports import Clock


class ShiftedClock(Clock):
    """Runs with the system's clock, some way ahead; to sleep moves it, and the server that reads the file, on."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._offset = file, 0.0

    def now(self) -> float:
        return time.time() + self._offset

    def sleep(self, seconds: float) -> None:
        if self._file is None:
            time.sleep(seconds)
            return
        self._offset += seconds
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", self._offset))


@dataclass(frozen=True)
class Backend:
    """An emulator of AWS."""

    name: str
    endpoint: str
    clock: Clock = field(repr=False)
    """The server's own time: ``sleep`` moves it on at once, where the server lets us."""
    reset_path: str | None = None

    def reset(self) -> None:
        """Forget everything that was made."""
        if self.reset_path is not None:
            request = urllib.request.Request(f"{self.endpoint}{self.reset_path}", data=b"", method="POST")
            with urllib.request.urlopen(request, timeout=30.0):
                pass
