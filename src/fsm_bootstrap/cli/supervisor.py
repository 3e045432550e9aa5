"""Starts worker processes, and others in the place of those that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.cli.output import say
from fsm_bootstrap.cli.stopping import Stop
from fsm_ports.clock import Clock

PARENT = "FSM_WORKER_PARENT"
"""Environment variable that tells a worker process who watches it: it ends when that one is gone."""

_LOOK_EVERY = 0.05
_HOPELESS = {int(Exit.USAGE), int(Exit.INVALID), int(Exit.NOT_FOUND)}
"""A process that ends with one of these would end so again."""
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_STEADY = 10.0
"""Seconds: a process that lived so long was sound, and its successor starts without a pause."""
_LAST_WORDS = 5.0
"""Seconds that processes get to end when we ourselves must."""


def worker_command(spec: str, *, drain: bool) -> list[str]:
    """One more worker of this installation; the working directory stays out of its import path (-P), as in ``fsm``."""
    command = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", "worker", "--machines", spec]
    return [*command, "--drain"] if drain else command


@dataclass(slots=True)
class _Place:
    """One of the processes, and its successors."""

    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    quick_deaths: int = 0
    done: bool = False


class Supervisor:
    """Keeps `count` processes of `command` going until asked to stop; when draining, until each has ended by itself.

    A process that dies is replaced: the first time at once, then after 0.1 s, doubling up to 5 s, until one lives 10 s.
    """

    def __init__(self, command: Sequence[str], count: int, clock: Clock, *, drain: bool) -> None:
        self._command, self._clock, self._drain = list(command), clock, drain
        self._places = [_Place() for _ in range(count)]

    def run(self, stop: Stop, look: Callable[[], None]) -> None:
        """Watch; `look` is called now and then.

        Raises:
            CommandError: a process found the configuration or the machines unusable.
        """
        forwarded = False
        try:
            while not all(place.done for place in self._places):
                if stop.requested and not forwarded:
                    self._signal(signal.SIGTERM)
                    forwarded = True
                for place in self._places:
                    self._attend(place, stop)
                look()
                self._clock.sleep(_LOOK_EVERY)
        finally:
            self._end_all()

    def _attend(self, place: _Place, stop: Stop) -> None:
        if place.done:
            return
        if place.process is None:
            if stop.requested:
                place.done = True
            elif self._clock.now() >= place.start_at:
                self._start(place)
            return
        code = place.process.poll()
        if code is None:
            return
        place.done = stop.requested or (code == 0 and self._drain)
        if not place.done:
            self._died(place, place.process.pid, code)
        place.process = None

    def _start(self, place: _Place) -> None:
        place.started_at = self._clock.now()
        environment = {**os.environ, PARENT: str(os.getpid())}
        place.process = subprocess.Popen(self._command, env=environment, stdin=subprocess.DEVNULL)

    def _died(self, place: _Place, pid: int, code: int) -> None:
        if code in _HOPELESS:
            raise CommandError(Exit(code), f"worker {pid} cannot work; it said why", "mend that, then start again")
        now = self._clock.now()
        place.quick_deaths = place.quick_deaths + 1 if now - place.started_at < _STEADY else 0
        pause = (
            min(_FIRST_PAUSE * 2 ** min(place.quick_deaths - 2, 10), _LONGEST_PAUSE) if place.quick_deaths > 1 else 0
        )
        place.start_at = now + pause
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        say(f"worker {pid} {how}; starting another{f' in {pause:.1f} s' if pause else ''}")

    def _signal(self, number: signal.Signals) -> None:
        for place in self._places:
            if place.process is not None and place.process.poll() is None:
                place.process.send_signal(number)

    def _end_all(self) -> None:
        """On the usual way out nothing is left to end."""
        self._signal(signal.SIGTERM)
        for place in self._places:
            if place.process is not None:
                try:
                    place.process.wait(_LAST_WORDS)
                except subprocess.TimeoutExpired:
                    place.process.kill()
                    place.process.wait()
