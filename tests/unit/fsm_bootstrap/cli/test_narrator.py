"""What `fsm run` tells."""

from __future__ import annotations

from typing import Literal

import pytest

from fsm_adapters.memory.history_log import MemoryHistoryLog
from fsm_bootstrap.cli.narrator import Narrator
from fsm_domain import FinalState, Machine, State, Step
from fsm_ports.history_log import Happened, HistoryEntry
from fsm_ports.instance import Instance, Status


def work(_context: dict[str, object], _step: Step) -> Literal["done"]:
    return "done"


STATES = [State[str, dict[str, object]]("a").on("done", "b").do(work), FinalState[str, dict[str, object]]("b")]
MACHINE = Machine[str, dict[str, object]]("m", dict, initial="a", states=STATES)
RECORD = Instance("m", "id", "", 0, Status.RUNNING, False, "pseudo_init", "pseudo_init", "{}", started_at=100.0)


def entry(step: int, happened: Happened, state: str, event: str | None, at: float, **more: object) -> HistoryEntry:
    made = HistoryEntry("id", step, at, happened, "m", state, event, Status.RUNNING)
    return made._replace(**more)  # type: ignore[arg-type]  # names of fields, chosen by each test


@pytest.fixture
def log() -> MemoryHistoryLog:
    return MemoryHistoryLog()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def narrator(log: MemoryHistoryLog, said: list[str]) -> Narrator:
    return Narrator(MACHINE, log, 30.0, said.append)


def test_each_entry_is_told_once(narrator: Narrator, log: MemoryHistoryLog, said: list[str]) -> None:
    log.append([entry(0, Happened.STARTED, "pseudo_init", "pseudo_init", 100.0)])
    narrator.tell(RECORD, 100.0)
    narrator.tell(RECORD, 100.1)
    failure = entry(0, Happened.RETRY, "pseudo_init", "pseudo_init", 100.5, retries=1, note="no\nluck")
    log.append([failure])
    waiting = RECORD._replace(retries=1, not_before=102.0)
    narrator.tell(waiting, 100.5)
    narrator.tell(waiting, 100.6)
    log.append([failure._replace(at=102.0, retries=2)])
    narrator.tell(waiting._replace(retries=2, not_before=102.0), 102.0)
    log.append([entry(1, Happened.STEP, "a", "done", 103.0), entry(2, Happened.STEP, "b", None, 104.0)])
    narrator.tell(RECORD._replace(step=2, state="b", event=None), 104.0)
    narrator.tell(RECORD._replace(step=2, state="b", event=None), 104.1)
    assert said == [
        "   0.00 s  started",
        "   0.50 s  a: retry 1 in 1.5 s: no | luck",
        "   2.00 s  a: retry 2: no | luck",
        "   3.00 s  -> a",
        "   4.00 s  done -> b",
    ]


def test_a_failure_and_a_pause_are_told(narrator: Narrator, log: MemoryHistoryLog, said: list[str]) -> None:
    log.append([entry(1, Happened.STEP, "a", "done", 100.0), entry(1, Happened.FAILED, "a", "done", 101.0, note="no")])
    log.append([entry(1, Happened.PAUSED, "a", "done", 102.0)])
    narrator.tell(RECORD._replace(step=1), 102.0)
    assert said[1:] == ["   1.00 s  b: failed: no", "   2.00 s  paused"]


def test_silence_about_a_message_that_is_due_is_explained_once(
    narrator: Narrator, log: MemoryHistoryLog, said: list[str]
) -> None:
    log.append([entry(0, Happened.STARTED, "pseudo_init", "pseudo_init", 100.0)])
    for now in (100.0, 102.9):
        narrator.tell(RECORD, now)
    assert len(said) == 1
    for now in (103.1, 110.0, 120.0):
        narrator.tell(RECORD, now)
    assert said[1:] == ["waiting: another worker has it, or died with it (its claim ends within 30 s)"]


def test_silence_before_a_retry_is_due_needs_no_word(
    narrator: Narrator, log: MemoryHistoryLog, said: list[str]
) -> None:
    log.append([entry(0, Happened.STARTED, "pseudo_init", "pseudo_init", 100.0)])
    held = RECORD._replace(not_before=160.0)
    for now in (100.0, 130.0, 162.0):
        narrator.tell(held, now)
    assert len(said) == 1
    narrator.tell(held, 163.5)
    assert len(said) == 2


def test_without_a_history_the_states_are_told(said: list[str]) -> None:
    narrator = Narrator(MACHINE, None, 30.0, said.append)
    for record in (RECORD, RECORD._replace(step=1, state="a", event="done", updated_at=101.0)):
        narrator.tell(record._replace(updated_at=max(record.updated_at, 100.0)), 101.0)
    assert said == ["   0.00 s  started", "   1.00 s  -> a"]
