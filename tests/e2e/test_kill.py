"""Workers that are killed in mid-action lose no machine and commit no step twice; recovery is off."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_domain.runtime.client import StartRequest
from fsm_ports.checkpoint_store import InstanceQuery
from fsm_ports.errors import PortError
from fsm_ports.history_log import Happened
from fsm_ports.instance import Instance, Status
from tests.e2e.killed_machines import LOG, STATES, killed

ROUNDS = 50
MACHINES = 20
WORKERS = 3
SEED = int(os.environ.get("FSM_TEST_SEED", "20261123"))
CLAIM = 2.0
PATIENCE = 60.0


class Workers:
    """Three worker processes on one file, and what their actions said."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "actions.log"
        self.log.touch()
        self._environment = {
            **os.environ,
            LOG: str(self.log),
            "PRIMARY_STREAM_SOURCE": f"sqlite:///{folder}/fsm.db",
            "CLAIM_SECONDS": str(CLAIM),
            "LOG_LEVEL": "ERROR",
        }
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def fill(self) -> None:
        """Start as many as are missing."""
        while len(self.processes) < WORKERS:
            command = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", "worker", "--machines"]
            spec = str(Path(__file__).with_name("killed_machines.py"))
            process = subprocess.Popen([*command, spec], env=self._environment, stdin=subprocess.DEVNULL)
            self.processes[process.pid] = process

    def in_action(self) -> list[int]:
        """Workers whose last word is that an action began."""
        last = {int(pid): what for pid, what, _, _ in self.said()}
        return [pid for pid in self.processes if last.get(pid) == "began"]

    def kill(self, pid: int) -> bool:
        """Kill one; whether an action was in flight."""
        process = self.processes.pop(pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return {int(who): what for who, what, _, _ in self.said()}.get(pid) == "began"

    def said(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()]

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(tmp_path)
    yield workers
    workers.end()


@pytest.fixture
def app(tmp_path: Path) -> App:
    return build_application(ExplicitSettings(primary_stream_source=Source(f"sqlite:///{tmp_path}/fsm.db")), [killed])


def start(app: App, round_: int) -> None:
    requests = [StartRequest({"trail": []}, f"r{round_}-{n}") for n in range(MACHINES)]
    assert all(isinstance(result, Instance) for result in app.client.start_many("killed", requests))


def kill_one_in_action(workers: Workers, chance: random.Random) -> bool:
    """At a random moment, one that is in the middle of an action; whether it really was."""
    time.sleep(chance.uniform(0.0, 0.1))
    deadline = time.monotonic() + PATIENCE
    while not (busy := workers.in_action()):
        assert time.monotonic() < deadline, "no worker began an action"
        time.sleep(0.005)
    return workers.kill(chance.choice(busy))


def unfinished(app: App) -> int:
    page = app.store.find(InstanceQuery(status=Status.RUNNING, limit=1000))
    assert not isinstance(page, PortError)
    return len(page.instances)


@pytest.mark.timeout(600)
def test_fifty_kills_in_mid_action_lose_nothing_and_repeat_no_step(workers: Workers, app: App) -> None:
    print(f"seed {SEED}; FSM_TEST_SEED sets it")
    chance = random.Random(SEED)
    in_flight = 0
    for round_ in range(ROUNDS):
        workers.fill()
        start(app, round_)
        in_flight += kill_one_in_action(workers, chance)
    workers.fill()
    deadline = time.monotonic() + PATIENCE
    while unfinished(app):
        assert time.monotonic() < deadline, f"{unfinished(app)} machines do not end"
        time.sleep(0.1)
    assert in_flight >= ROUNDS // 2
    for round_ in range(ROUNDS):
        for n in range(MACHINES):
            check(app, f"r{round_}-{n}")
    began = Counter((name, step) for _, what, name, step in workers.said() if what == "began")
    taken_over = sum(times > 1 for times in began.values())
    assert taken_over >= ROUNDS // 2
    print(f"{ROUNDS * MACHINES} machines, {in_flight} kills in mid-action, {taken_over} steps taken over")


def check(app: App, name: str) -> None:
    record = app.client.get(name)
    assert (record.status, record.step) == (Status.COMPLETED, STATES + 1), record
    trail = ",".join(map(str, range(STATES)))
    assert record.context == f'{{"trail":[{trail}]}}'
    assert isinstance(app.history, SqliteHistoryLog)
    entries = app.history.read(name)
    assert not isinstance(entries, PortError)
    steps = [entry.step for entry in entries if entry.happened in (Happened.STARTED, Happened.STEP)]
    assert steps == list(range(STATES + 2)), "committed steps have a gap or a repeat"
