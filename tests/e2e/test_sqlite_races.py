"""Processes that race on one SQLite file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from fsm_adapters.sqlite.checkpoint_store import SqliteCheckpointStore
from fsm_adapters.sqlite.file import SqliteFile
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.system.clock import SystemClock
from fsm_adapters.system.random import SystemRandom
from fsm_contract import samples
from fsm_ports import Commit, Instance, PortError

RACER = Path(__file__).with_name("sqlite_racer.py")
PROCESSES = 8
ROUNDS = 200


def _race(job: str, path: Path, *arguments: object) -> list[list[str]]:
    """What each of the processes answered, all let go at one moment."""
    command = [sys.executable, str(RACER), job, str(path), *map(str, arguments)]
    with ExitStack() as stack:
        racers = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
                )
            )
            for number in range(PROCESSES)
        ]
        stack.callback(_end, racers)
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
        outputs = [racer.communicate(timeout=90)[0] for racer in racers]
        assert [racer.returncode for racer in racers] == [0] * PROCESSES
    answers: list[list[str]] = [json.loads(output) for output in outputs]
    return answers


def _end(racers: Sequence[subprocess.Popen[str]]) -> None:
    for racer in racers:
        if racer.poll() is None:
            racer.kill()


@pytest.fixture
def file(tmp_path: Path) -> SqliteFile:
    return SqliteFile(tmp_path / "fsm.db", SystemClock(), SystemRandom())


def test_processes_that_make_one_file_at_one_moment_all_get_it(tmp_path: Path) -> None:
    for number in range(3):
        assert _race("open", tmp_path / f"{number}" / "fsm.db") == [["ok"]] * PROCESSES


def test_of_processes_that_race_for_a_lease_exactly_one_gets_it(file: SqliteFile, tmp_path: Path) -> None:
    answers = _race("lease", tmp_path / "fsm.db", ROUNDS)
    wins = Counter(key for mine in answers for key in mine)
    assert wins == Counter({f"round-{n}": 1 for n in range(ROUNDS)})


def test_of_processes_that_race_for_a_step_exactly_one_commits_it(file: SqliteFile, tmp_path: Path) -> None:
    store = SqliteCheckpointStore(file)
    store.commit([Commit(samples.record("a", 1_700_000_000.0))])
    answers = _race("commit", tmp_path / "fsm.db", ROUNDS)
    wins = Counter(int(step) for mine in answers for step in mine)
    assert wins == Counter(range(1, ROUNDS + 1))
    (found,) = store.read(["a"])
    assert isinstance(found, Instance)
    assert found.step == ROUNDS
    entries = SqliteHistoryLog(file).read("a")
    assert not isinstance(entries, PortError)
    assert [entry.step for entry in entries] == list(range(ROUNDS + 1))
    winners = {int(step): f"run-{n}" for n, mine in enumerate(answers) for step in mine}
    assert {entry.step: entry.run_id for entry in entries[1:]} == winners


@pytest.mark.parametrize("limit", [1, 7])
def test_processes_that_claim_from_one_file_share_no_claim(file: SqliteFile, tmp_path: Path, limit: int) -> None:
    names = [f"m-{n:03}" for n in range(ROUNDS)]
    SqliteCheckpointStore(file).commit([Commit(samples.record(name, 1_700_000_000.0)) for name in names])
    answers = _race("claim", tmp_path / "fsm.db", limit)
    assert sorted(name for mine in answers for name in mine) == names


def test_processes_that_work_on_one_file_do_each_step_once(file: SqliteFile, tmp_path: Path) -> None:
    """Whole workers: claim, commit, settle; some of them die with claims in their hands."""
    names = [f"m-{n:02}" for n in range(20)]
    store, log = SqliteCheckpointStore(file), SqliteHistoryLog(file)
    store.commit([Commit(samples.record(name, 1_700_000_000.0)) for name in names])
    _race("work", tmp_path / "fsm.db", 10)
    for name in names:
        entries = log.read(name)
        assert not isinstance(entries, PortError)
        assert [entry.step for entry in entries] == list(range(11))
