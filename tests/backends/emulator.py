"""Runs an emulator of AWS whose clock can be moved: what a test waits for is due at once.

    python emulator.py ministack|moto PORT OFFSET-FILE

The file holds one float, the seconds by which the emulator's clock is ahead of the system's.  Run by the Python that
the emulators are installed in; nothing of this project is imported here.
"""

from __future__ import annotations

import datetime
import mmap
import os
import struct
import sys
import time
from pathlib import Path

_real_time = time.time


def _shift(file: Path) -> None:
    """Whoever asks this process for the time is told the shifted one; event loops go by time.monotonic, as ever."""
    with file.open("r+b") as opened:
        offset = mmap.mmap(opened.fileno(), 8, access=mmap.ACCESS_READ)

    def now() -> float:
        return float(_real_time() + struct.unpack("d", offset[:8])[0])

    time.time = now
    time.time_ns = lambda: int(now() * 1e9)


def main() -> None:
    name, port, file = sys.argv[1:]
    _shift(Path(file))
    if name == "ministack":
        os.environ.update(GATEWAY_PORT=port, BIND_HOST="127.0.0.1", LOG_LEVEL="WARNING")
        sys.argv = ["ministack"]
        from ministack.app import main as run  # type: ignore[import-not-found]  # it lives in the emulators' own venv
    else:
        from moto.core import utils  # type: ignore[import-not-found]  # as above

        # Before the services import it: moto asks this function, and not time.time.
        utils.utcnow = lambda: datetime.datetime.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)
        sys.argv = ["moto_server", "-H", "127.0.0.1", "-p", port]
        from moto.server import main as run  # type: ignore[import-not-found]  # as above
    run()


if __name__ == "__main__":
    main()
