"""Worker processes that die and stand still; their dead are replaced at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from random import Random

from tests.backends.processes import ended_with_parent
from tests.e2e.chaos.machine import LOG

WORKERS = 3


class Workers:
    def __init__(self, variables: Mapping[str, str], folder: Path) -> None:
        self.actions = folder / "actions"
        """What actions said, one file a process."""
        self.actions.mkdir()
        self.killed: list[int] = []
        self._folder = folder
        self._environment = {**os.environ, **variables, LOG: str(self.actions)}
        self._working: dict[int, subprocess.Popen[bytes]] = {}
        self._frozen = set[int]()

    def fill(self) -> None:
        """Start as many as are missing."""
        while len(self._working) < WORKERS:
            spec = str(Path(__file__).with_name("machine.py"))
            command = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", "worker", "--machines", spec]
            with (self._folder / "workers.log").open("ab") as log:
                process = subprocess.Popen(
                    ended_with_parent(command), env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    cwd=self._folder,
                )  # fmt: skip
            self._working[process.pid] = process

    def kill(self, chance: Random) -> bool:
        """Kill one of two or more at work, frozen or not; whether there were two.

        Half the time it is one in the middle of an action, where one soon is.
        """
        at_work = self.at_work()
        if len(at_work) < 2:
            return False
        pid = chance.choice((chance.random() < 0.5 and self._await_action()) or at_work)
        self._working[pid].send_signal(signal.SIGKILL)
        self._working.pop(pid).wait()
        self._frozen.discard(pid)
        self.killed.append(pid)
        return True

    def at_work(self) -> list[int]:
        """Those whose first action has begun."""
        return [pid for pid in self._working if (self.actions / f"{pid}.log").exists()]

    def _await_action(self) -> list[int]:
        end = time.monotonic() + 0.5
        while not (found := [pid for pid in self.at_work() if self._acts(pid)]) and time.monotonic() < end:
            time.sleep(0.005)
        return found

    def _acts(self, pid: int) -> bool:
        with (self.actions / f"{pid}.log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 500))
            return log.read().rpartition(b"\nbegan ")[2].count(b"ended") == 0

    def freeze(self, chance: Random) -> int | None:
        """One stands still until it is thawed: longer than its claims, it comes back as a zombie."""
        awake = [pid for pid in self.at_work() if pid not in self._frozen]
        if len(awake) < 2:
            return None
        pid = chance.choice(awake)
        self._working[pid].send_signal(signal.SIGSTOP)
        self._frozen.add(pid)
        return pid

    def thaw(self, pid: int) -> None:
        if pid in self._frozen:
            self._frozen.discard(pid)
            self._working[pid].send_signal(signal.SIGCONT)

    def died_by_themselves(self) -> list[int]:
        """Processes that ended though nobody killed them."""
        return [pid for pid, process in self._working.items() if process.poll() is not None]

    def end(self) -> None:
        for process in self._working.values():
            process.kill()
            process.wait()
