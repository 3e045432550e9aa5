"""``fsm show``: all that is known of one machine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.settings import load_settings
from fsm_ports.instance import Attempt
from fsm_ports.writes import EnterAttempt
from tests.unit.fsm_bootstrap.cli.conftest import Fsm
from tests.unit.fsm_bootstrap.cli.jobs import shown

MACHINES = """
from datetime import timedelta

from fsm_domain import FinalState, Machine, RetryPolicy, State


def pay(context, step):
    raise ConnectionError("the bank is down")


state, final = State[str, dict], FinalState[str, dict]
ask = Machine("ask", dict, initial="asked", states=[
    state("asked").on("yes", "given", delay=timedelta(hours=1)).on("no", "refused").after(timedelta(days=3), "late"),
    final("given"), final("refused"), final("late"),
])
pay = Machine("pay", dict, initial="pay", retry=RetryPolicy(max_retries=1, base=0.0), states=[
    state("pay").on("paid", "end").do(pay), final("end"),
])
"""


@pytest.fixture(autouse=True)
def machines(folder: Path) -> None:
    (folder / "machines.py").write_text(MACHINES, encoding="utf-8")


def application() -> App:
    return build_application(load_settings())


def fields(text: str) -> dict[str, str]:
    """The lines of a text."""
    return dict(line.split(maxsplit=1) for line in text.splitlines())


def waiting(fsm: Fsm) -> None:
    fsm("start", "ask", "--id", "a")
    fsm("worker", "--drain")


def test_before_the_first_step(fsm: Fsm) -> None:
    fsm("start", "ask", "--id", "a")
    assert fields(fsm("show", "a").out)["next"] == "pseudo_init -> asked"


def test_a_wait_in_text(fsm: Fsm) -> None:
    waiting(fsm)
    found = fields(fsm("show", "a").out)
    assert found["ways"] == "yes -> given (1h later), no -> refused, after 3d -> late"
    assert re.fullmatch(r"\S+Z \(in 2d 23h\)", found["deadline"])
    assert "next" not in found
    assert "definition" not in found


def test_a_wait_in_json(fsm: Fsm) -> None:
    waiting(fsm)
    found = shown(fsm)
    assert found["ways"] == [
        {"event": "yes", "target": "given", "after": 3600.0},
        {"event": "no", "target": "refused", "after": None},
        {"event": None, "target": "late", "after": 259_200.0},
    ]
    assert (found["next"], found["definition_is_current"], found["inbox_size"], found["claims"]) == (None, True, 0, [])
    assert found["deadline"].endswith("Z")


def test_a_delay(fsm: Fsm) -> None:
    waiting(fsm)
    fsm("send", "a", "yes")
    found = fields(fsm("show", "a").out)
    assert found["next"] == "yes -> given (1h later)"
    assert re.fullmatch(r"\S+Z \(in 59m 5\ds\)", found["not_before"])
    assert shown(fsm)["next"] == {"event": "yes", "target": "given", "after": 3600.0}


def test_the_inbox(fsm: Fsm) -> None:
    fsm("start", "ask", "--id", "a")
    fsm("send", "a", "yes")
    fsm("send", "a", "no")
    assert fields(fsm("show", "a").out)["inbox"] == "2: yes, no"
    assert (shown(fsm)["inbox"], shown(fsm)["inbox_size"]) == (["yes", "no"], 2)


def test_the_last_error_and_the_retries(fsm: Fsm) -> None:
    fsm("start", "pay", "--id", "a")
    fsm("worker", "--drain")
    found = shown(fsm)
    assert (found["status"], found["retries"]) == ("failed", 1)
    assert (found["error"], found["last_error"]) == ("ConnectionError: the bank is down",) * 2
    assert found["last_error_at"].endswith("Z")
    assert found["next"] == {"event": "pseudo_init", "target": "pay", "after": None}


def test_the_retries_where_only_the_message_has_them(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMARY_STREAM_SOURCE", "sqlite:///messages.db")
    monkeypatch.setenv("PRIMARY_CHECKPOINT_SOURCE", "sqlite:///records.db")
    fsm("start", "pay", "--id", "a")
    fsm("worker", "--drain")
    assert application().client.get("a").retries == 0
    assert shown(fsm)["retries"] == 1


def test_the_last_error_where_only_the_history_has_it(fsm: Fsm) -> None:
    fsm("start", "pay", "--id", "a")
    fsm("worker", "--drain")
    fsm("abort", "a", "--reason", "given up")
    found = fields(fsm("show", "a").out)
    assert (found["error"], found["last_error"]) == ("given up", "ConnectionError: the bank is down")


def test_claims_of_runs_that_may_have_died(fsm: Fsm) -> None:
    fsm("start", "ask", "--id", "a")
    store = application().store
    for run, until in (("dead", 1.0), ("alive", 4e9)):
        store.mark([EnterAttempt("a", 0, Attempt(run, until))])
    assert [(claim["run"], claim["ended"]) for claim in shown(fsm)["claims"]] == [("dead", True), ("alive", False)]
    assert "alive until 2096-10-02T07:06:40.000Z (in " in fields(fsm("show", "a").out)["claims"]


def test_another_definition_is_told_of(fsm: Fsm, folder: Path) -> None:
    waiting(fsm)
    (folder / "newer.py").write_text(MACHINES.replace("days=3", "days=4"), encoding="utf-8")
    said = fsm("show", "a", "--machines", "newer.py")
    assert re.fullmatch(r"[0-9a-f]{12}, while here it is [0-9a-f]{12}", fields(said.out)["definition"])


@pytest.mark.parametrize("here", ["machines: 7\n", "machines: [{name: other, states: [{name: s, initial: true, "
                                  "final: true}]}]\n"])  # fmt: skip
def test_without_its_machine_the_record_is_shown(fsm: Fsm, folder: Path, here: str) -> None:
    waiting(fsm)
    (folder / "fsm.yaml").write_text(here, encoding="utf-8")
    said = fsm("show", "a", "-o", "json")
    found = json.loads(said.out)
    assert (said.code, found["status"], found["ways"], found["definition_is_current"]) == (0, "waiting", None, None)
    assert ("warning: going on without the machines" in said.err) == (here == "machines: 7\n")


def test_a_spec_that_was_asked_for_must_be_sound(fsm: Fsm) -> None:
    waiting(fsm)
    assert fsm("show", "a", "--machines", "missing.py").code == 3


def test_nothing_of_a_history_is_needed(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(fsm)
    monkeypatch.setenv("HISTORY", "off")
    assert shown(fsm)["status"] == "waiting"
