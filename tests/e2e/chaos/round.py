"""One round: fresh servers and workers, struck at random for a while; then quiet, and the verdict."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.e2e.chaos.caller import Caller
from tests.e2e.chaos.servers import Server
from tests.e2e.chaos.setups import CLAIM, SETUPS, Setup
from tests.e2e.chaos.verdict import Verdict, verdict
from tests.e2e.chaos.workers import Workers
from tests.lock_servers import eventually

PATIENCE = 120.0
"""Seconds that all have for coming to rest, once nothing strikes any more."""


@dataclass(frozen=True)
class Report:
    """What was done, and what came of it."""

    setup: str
    seed: int
    seconds: float
    strikes: Counter[str]
    verdict: Verdict

    def __str__(self) -> str:
        found, struck = self.verdict, ", ".join(f"{self.strikes[what]} {what}" for what in KINDS)
        return (
            f"{self.setup} seed {self.seed}: {self.seconds:.0f} s; {struck}; {found.interrupted} killed in mid-action; "
            f"{found.machines} machines, {found.steps} steps, {found.again} runs again, "
            f"lost {len(found.lost)}, doubled {len(found.doubled)}"
        )


KINDS = ("kills", "freezes", "cuts", "restarts", "stalls")


class Round:
    """Strikes, and what heals by itself after a while."""

    def __init__(self, setup: Setup, workers: Workers, chance: random.Random) -> None:
        self.strikes = Counter[str]()
        self._setup, self._workers, self._chance = setup, workers, chance
        self._healing: list[tuple[float, Callable[[], None]]] = []

    def strike_for(self, seconds: float, look: Callable[[], None]) -> None:
        self._workers.fill()
        eventually(self._workers.at_work, "the first action", PATIENCE)
        end = time.monotonic() + seconds
        while time.monotonic() < end or (self._is_too_quiet() and time.monotonic() < end + PATIENCE):
            look()
            self._workers.fill()
            self._strike()
            time.sleep(self._chance.uniform(0.05, 0.7))
            self._heal(time.monotonic())
            self.strikes["restarts"] += sum(server.revive() for server in self._setup.servers)

    def _is_too_quiet(self) -> bool:
        """On a busy machine workers take long to begin, and nobody is killed before."""
        outages = self.strikes["restarts"] + self.strikes["stalls"]
        return self.strikes["kills"] < 2 or (bool(self._setup.servers) and outages < 2)

    def quiet(self) -> None:
        """Everything goes on, and nothing is cut any more."""
        self._heal(float("inf"))
        for server in self._setup.servers:
            server.calm()
        self.strikes["cuts"] += sum(server.proxy.cut for server in self._setup.servers)
        self._workers.fill()

    def _strike(self) -> None:
        drawn = self._chance.random()
        if drawn < 0.15:
            self._freeze()
        elif drawn < 0.65 or not self._setup.servers:
            self.strikes["kills"] += self._workers.kill(self._chance)
        elif drawn < 0.85:
            self._chance.choice(self._setup.servers).proxy.sever()
        else:
            self._take_down(self._chance.choice(self._setup.servers))

    def _freeze(self) -> None:
        frozen = self._workers.freeze(self._chance)
        if frozen is not None:
            self.strikes["freezes"] += 1
            self._later(self._chance.uniform(0.2, 1.5 * CLAIM), partial(self._workers.thaw, frozen))

    def _take_down(self, server: Server) -> None:
        restarts = self._chance.random() < 0.5
        seconds = self._chance.uniform(0.2, 2.0 if restarts else 5.0)
        if server.down or not server.process.listens():
            return
        if restarts:
            server.stop()
            self.strikes["restarts"] += 1
        else:
            server.stall()
            self.strikes["stalls"] += 1
        self._later(seconds, server.start if restarts else server.go_on)

    def _later(self, seconds: float, heal: Callable[[], None]) -> None:
        self._healing.append((time.monotonic() + seconds, heal))

    def _heal(self, now: float) -> None:
        due = [heal for at, heal in self._healing if at <= now]
        self._healing = [(at, heal) for at, heal in self._healing if at > now]
        for heal in due:
            heal()


def play(name: str, seed: int, seconds: float, folder: Path) -> Report:
    """Raises AssertionError where machines do not come to rest, or a worker ended by itself."""
    began, chance = time.monotonic(), random.Random(f"{name} {seed}")
    with SETUPS[name](folder, seed) as setup:
        workers, caller = Workers(setup.variables, folder), Caller(setup.settings, setup.load)
        try:
            one = Round(setup, workers, chance)
            one.strike_for(seconds, partial(_look, workers, caller))
            one.quiet()
            rests = caller.until_rest(PATIENCE)
            _look(workers, caller)
            if not rests:
                print(f"{name} seed {seed}: still on their way: {caller.waits_for}")
            found = verdict(
                caller.app, caller.started, workers.actions, workers.killed, whole_history=setup.whole_history
            )
        finally:
            workers.end()
            caller.close()
    return Report(name, seed, time.monotonic() - began, one.strikes, found)


def _look(workers: Workers, caller: Caller) -> None:
    """Nothing ends but by a strike."""
    if caller.failure is not None:
        raise AssertionError("the caller failed") from caller.failure
    gone = workers.died_by_themselves()
    assert not gone, f"workers {gone} ended by themselves; see workers.log"
