"""Records of real stores, with connections cut and processes stopped, gone on with and killed: one register each.

Every process writes down what it asks, and what it is answered; the whole is checked when all is over.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from math import inf
from pathlib import Path
from typing import Final, TypedDict
from urllib.parse import urlsplit

import pytest

from fsm_adapters.dynamodb import schemas
from tests.backends.backend import Backend
from tests.contract.dynamodb_tables import new_table, tables
from tests.e2e.cutting_proxy import Cuts, cutting
from tests.linearizability import Operation, State, is_linearizable
from tests.lock_servers import eventually

RACER = Path(__file__).with_name("register_racer.py")
PROCESSES = 6
LONGER: Final = 4 if os.environ.get("FSM_TEST_FULL") else 1
SEED = int(os.environ.get("FSM_TEST_SEED") or 1)
pytestmark = pytest.mark.timeout(300)


class Line(TypedDict, total=False):
    """Of a racer's output."""

    at: float
    key: str
    step: int | None
    run: str
    took_place: bool
    saw: tuple[int, str] | None
    error: str


STANDSTILL = 3.0
"""Seconds for which a stopped process may keep all others waiting."""


def test_records_on_sqlite_are_linearizable_while_processes_stop_and_die(tmp_path: Path) -> None:
    _check(_histories(str(tmp_path / "fsm.db"), tmp_path, operations=2_000 * LONGER), unknown=0)


def test_records_on_dynamodb_are_linearizable_while_connections_are_cut(ministack: Backend, tmp_path: Path) -> None:
    table = new_table(tables(ministack), schemas.CHECKPOINT)
    port = urlsplit(ministack.endpoint).port
    assert port is not None
    with cutting(port, Cuts(requests=0.03, answers=0.03), SEED) as broken:
        histories = _histories(f"http://127.0.0.1:{broken.port}/{table}", tmp_path, operations=150 * LONGER)
    _check(histories, unknown=10)


def _check(histories: Mapping[str, Sequence[Operation]], unknown: int) -> None:
    """Not for want of writes or of trouble."""
    every = [one for history in histories.values() for one in history]
    writes = sum(1 for one in every if one.took_place)
    lost = sum(1 for one in every if one.answered == inf)
    print(f"seed {SEED}: {len(every)} operations, {writes} commits, {lost} without an answer")
    assert writes > 50
    assert lost >= unknown
    for key, history in histories.items():
        assert is_linearizable(history), key


def _histories(place: str, folder: Path, operations: int) -> Mapping[str, Sequence[Operation]]:
    """What the processes did to each record, so many operations each."""
    logs = [folder / f"{number}.log" for number in range(PROCESSES)]
    with ExitStack() as stack:
        racers: list[subprocess.Popen[bytes]] = []
        for number, log in enumerate(logs):
            out = stack.enter_context(log.open("wb"))
            command = [sys.executable, str(RACER), place, str(number), str(operations)]
            racers.append(stack.enter_context(subprocess.Popen(command, stdout=out)))
            stack.callback(_end, racers[-1])
        _trouble(racers, logs)
        codes = [racer.wait(timeout=200) for racer in racers]
    assert codes == [-signal.SIGKILL] + [0] * (PROCESSES - 1)
    histories: defaultdict[str, list[Operation]] = defaultdict(list)
    for log in logs:
        _collect(log, histories)
    return histories


def _trouble(racers: Sequence[subprocess.Popen[bytes]], logs: Sequence[Path]) -> None:
    """The first process dies; others stop in the middle of something, until the rest has got on."""
    chance = random.Random(SEED)
    eventually(lambda: all(log.stat().st_size for log in logs), "all processes at work", patience=90.0)
    for turn in range(6):
        victim = chance.randrange(1, PROCESSES)
        os.kill(racers[victim].pid, signal.SIGSTOP)
        _await_progress([log for n, log in enumerate(logs) if n != victim], racers)
        os.kill(racers[victim].pid, signal.SIGCONT)
        if turn == 2:
            racers[0].kill()


def _await_progress(logs: Sequence[Path], racers: Sequence[subprocess.Popen[bytes]]) -> None:
    """Until the others got on; who was stopped with SQLite's lock in its hands lets nobody, so not for ever."""
    wanted = sum(log.stat().st_size for log in logs) + 2_000  # bytes: some ten operations
    end = time.monotonic() + STANDSTILL
    while time.monotonic() < end and sum(log.stat().st_size for log in logs) < wanted:
        if any(racer.poll() == 0 for racer in racers):
            return
        time.sleep(0.02)


def _collect(log: Path, histories: defaultdict[str, list[Operation]]) -> None:
    called: Line | None = None
    for text in log.read_text().splitlines():
        line = _parsed(text)
        if line is None:
            break  # killed while it wrote
        if called is None:
            called = line
            continue
        histories[called.get("key", "")] += _operation(called, line)
        called = None
    if called is not None:
        histories[called.get("key", "")] += _operation(called, {"error": "killed"})


def _parsed(text: str) -> Line | None:
    try:
        line: Line = json.loads(text)
    except ValueError:
        return None
    return line


def _operation(called: Line, answer: Line) -> list[Operation]:
    """None where it was a read without an answer, which says nothing."""
    step = called.get("step")
    if "error" in answer:
        return [] if step is None else [Operation(called.get("at", 0.0), inf, step, called.get("run", ""), None, None)]
    saw = answer.get("saw")
    state: State = None if saw is None else (saw[0], saw[1])
    took_place = answer.get("took_place")
    return [Operation(called.get("at", 0.0), answer.get("at", inf), step, called.get("run", ""), took_place, state)]


def _end(racer: subprocess.Popen[bytes]) -> None:
    if racer.poll() is None:
        racer.kill()
