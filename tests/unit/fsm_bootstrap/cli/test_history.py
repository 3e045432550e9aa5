"""``fsm history``: long ones, those that go on, and the file that they are written to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_adapters.sqlite.history_log import SqliteHistoryLog
from fsm_adapters.system.clock import SystemClock
from fsm_bootstrap.application import build_application
from fsm_bootstrap.cli.past import entries
from fsm_bootstrap.settings import load_settings
from fsm_ports.errors import PortUnavailable
from fsm_ports.history_log import Happened, HistoryEntry
from fsm_ports.instance import Status
from tests.unit.fsm_bootstrap.cli import jobs
from tests.unit.fsm_bootstrap.cli.conftest import Fsm
from tests.unit.fsm_bootstrap.cli.jobs import make, told


@pytest.fixture(autouse=True)
def machine(folder: Path) -> None:
    jobs.write(folder)


def entry(step: int, at: float, happened: Happened = Happened.STEP) -> HistoryEntry:
    return HistoryEntry("a", step, at, happened, "job", "work", "done", Status.RUNNING)


def test_pages_lose_and_repeat_nothing() -> None:
    written = [entry(step, step) for step in range(20_000)]
    written += [entry(7, 7 + n / 10_000, Happened.RETRY) for n in range(1, 3500)]
    written += [entry(step, step + 0.5, Happened.RETRY) for step in range(995, 1005)]
    log = MemoryHistoryLog()
    log.append(written)
    found = list(entries(log, "a"))
    assert found == sorted(written, key=lambda one: (one.step, one.at))
    assert list(entries(log, "a", 19_990)) == found[-9:]


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_twenty_thousand_steps_are_shown(fsm: Fsm, form: str) -> None:
    fsm("start", "job", "--id", "a")
    log = build_application(load_settings()).history
    assert log is not None
    log.append([entry(step, 4e9 + step) for step in range(1, 20_000)])
    out = fsm("history", "a", "-o", form).out
    if form == "text":
        steps = [int(line.split()[1]) for line in out.splitlines()[1:]]
    else:
        rows = json.loads(out) if form == "json" else [json.loads(line) for line in out.splitlines()]
        steps = [row["step"] for row in rows]
    assert steps == list(range(20_000))


# ---- follow ----


def while_it_waits(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Each time that the command waits the next thing happens."""
    left = list(acts)

    def sleep(_clock: SystemClock, _seconds: float) -> None:
        left.pop(0)()

    monkeypatch.setattr(SystemClock, "sleep", sleep)


def act(*arguments: str) -> Callable[[], object]:
    """Another process does that meanwhile."""
    operator = build_application(load_settings()).operator

    def done() -> None:
        getattr(operator, arguments[0])(*arguments[1:])

    return done


@pytest.mark.parametrize("status", ["waiting", "completed", "failed", "aborted", "paused"])
def test_follow_ends_where_the_machine_is_at_rest(fsm: Fsm, status: str) -> None:
    make(fsm, status)
    followed = fsm("history", "a", "--follow", "-o", "jsonl")
    assert (followed.code, followed.err) == (0, "")
    assert [json.loads(line) for line in followed.out.splitlines()] == told(fsm)


def test_follow_writes_what_happens_meanwhile_once(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "failed")
    fsm("redrive", "a")
    act("pause", "a", "first")()
    act("resume", "a", "")()
    while_it_waits(monkeypatch, lambda: None, act("restore", "a", "second"), lambda: None, act("abort", "a", "third"))
    followed = fsm("history", "a", "--follow", "-o", "jsonl")
    assert followed.code == 0
    rows = [json.loads(line) for line in followed.out.splitlines()]
    assert rows == told(fsm)
    assert [row["note"] for row in rows if row["note"]] == [
        "ValueError: the bank is down", "first", "second", "third",
    ]  # fmt: skip


def test_follow_in_text_has_one_head(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "running")
    while_it_waits(monkeypatch, act("abort", "a", "enough"))
    lines = fsm("history", "a", "--follow").out.splitlines()
    assert [line.split()[0] == "AT" for line in lines] == [True, False, False]
    assert lines[-1].split()[1:] == ["0", "aborted", "pseudo_init", "pseudo_init", "enough"]


def test_ctrl_c_ends_it_with_130(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "running")

    def interrupt() -> None:
        raise KeyboardInterrupt

    while_it_waits(monkeypatch, interrupt)
    said = fsm("history", "a", "--follow", "-o", "jsonl")
    assert (said.code, len(said.out.splitlines())) == (130, 1)
    assert said.err == ""


def test_follow_gives_up_on_a_log_that_does_not_tell_of_the_end(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMARY_HISTORY_SOURCE", "sqlite:///other.db")
    fsm("start", "job", "--id", "a")
    monkeypatch.setenv("HISTORY", "off")
    fsm("abort", "a")
    monkeypatch.delenv("HISTORY")
    while_it_waits(monkeypatch, *[lambda: None] * 10)
    said = fsm("history", "a", "--follow", "-o", "jsonl")
    assert (said.code, [json.loads(line)["happened"] for line in said.out.splitlines()]) == (0, ["started"])


def test_an_array_cannot_be_followed(fsm: Fsm) -> None:
    make(fsm, "completed")
    said = fsm("history", "a", "--follow", "-o", "json")
    assert (said.code, "--output jsonl" in said.err) == (2, True)


# ---- export ----


def test_export_writes_every_entry_with_its_context(fsm: Fsm, folder: Path) -> None:
    make(fsm, "completed")
    said = fsm("history", "a", "--export", "past.jsonl")
    assert (said.code, said.out, said.err) == (0, "", "wrote 3 entries to past.jsonl\n")
    rows = [json.loads(line) for line in (folder / "past.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == told(fsm)
    assert rows[-1]["context"] == {"do": "", "data": None}
    assert not (folder / "past.jsonl.part").exists()


def test_follow_and_export_do_both(fsm: Fsm, folder: Path) -> None:
    make(fsm, "completed")
    said = fsm("history", "a", "--follow", "--export", "past.jsonl", "-o", "jsonl")
    assert said.out == (folder / "past.jsonl").read_text(encoding="utf-8")


def test_an_export_that_breaks_off_leaves_no_file(fsm: Fsm, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "completed")

    def down(_log: SqliteHistoryLog, _id: str, _after: int, _limit: int) -> PortUnavailable:
        return PortUnavailable("disk I/O error", "sqlite:///fsm.db")

    monkeypatch.setattr(SqliteHistoryLog, "read", down)
    assert fsm("history", "a", "--export", "past.jsonl").code == 5
    assert [path.name for path in folder.glob("past*")] == []


@pytest.mark.parametrize("name", ["missing/past.jsonl", "."])
def test_a_file_that_cannot_be_written(fsm: Fsm, name: str) -> None:
    make(fsm, "completed")
    said = fsm("history", "a", "--export", name)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"error: --export {name}: ")
