"""One act on many machines: by their ids, or by a query that is counted and confirmed first."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from fsm_domain.runtime.operator import Operator
from fsm_ports.errors import PortUnavailable
from fsm_ports.instance import Instance
from tests.unit.fsm_bootstrap.cli import jobs
from tests.unit.fsm_bootstrap.cli.conftest import Fsm
from tests.unit.fsm_bootstrap.cli.jobs import make, shown


@pytest.fixture(autouse=True)
def machine(folder: Path) -> None:
    jobs.write(folder)


class Keyboard(io.StringIO):
    """Standard input with somebody in front of it."""

    def isatty(self) -> bool:
        return True


def sit_down(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Be at a terminal, and type that."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdin", Keyboard(answer))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


# ---- ids ----


def test_all_ids_are_tried_and_a_conflict_counts_most(fsm: Fsm) -> None:
    make(fsm, "completed", "done")
    make(fsm, "running", "a")
    make(fsm, "running", "b")
    said = fsm("abort", "a", "nobody", "done", "b", "a")
    assert said.code == 6
    assert [line.split() for line in said.out.splitlines()] == [
        ["a", "aborted"], ["nobody", "missing"], ["done", "conflict"], ["b", "aborted"],
    ]  # fmt: skip
    assert [line for line in said.err.splitlines() if line.startswith("error: ")] == [
        "error: no machine instance is called 'nobody'",
        "error: cannot abort 'done': it is completed in state 'end' at step 2",
    ]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_results_for_programs(fsm: Fsm, form: str) -> None:
    make(fsm, "running")
    said = fsm("pause", "a", "nobody", "-o", form)
    rows = json.loads(said.out) if form == "json" else [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 4
    assert rows == [
        {"id": "a", "outcome": "paused", "status": "running", "paused": True, "state": "pseudo_init", "step": 0,
         "error": None},
        {"id": "nobody", "outcome": "missing", "status": None, "paused": None, "state": None, "step": None,
         "error": "no machine instance is called 'nobody'"},
    ]  # fmt: skip


def test_a_back_end_that_fails_for_one_does_not_fail_others(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "running", "a")
    make(fsm, "running", "b")
    pause = Operator.pause

    def flaky(operator: Operator, correlation_id: str, reason: str = "") -> Instance:
        if correlation_id == "a":
            raise PortUnavailable("disk I/O error", "sqlite:///fsm.db")
        return pause(operator, correlation_id, reason)

    monkeypatch.setattr(Operator, "pause", flaky)
    said = fsm("pause", "a", "b")
    assert (said.code, said.out) == (5, "a  unknown\nb  paused\n")


def test_ctrl_c_tells_how_far_it_came(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        make(fsm, "running", name)
    pause = Operator.pause

    def interrupted(operator: Operator, correlation_id: str, reason: str = "") -> Instance:
        if correlation_id == "b":
            raise KeyboardInterrupt
        return pause(operator, correlation_id, reason)

    monkeypatch.setattr(Operator, "pause", interrupted)
    said = fsm("pause", "a", "b", "c", "-o", "json")
    assert (said.code, [row["id"] for row in json.loads(said.out)]) == (130, ["a"])
    assert "interrupted: 1 of 3 were tried" in said.err


# ---- query ----


def test_a_query_acts_on_what_it_finds_and_applies_to(fsm: Fsm) -> None:
    for name, status in (("a", "failed"), ("b", "failed"), ("c", "completed")):
        make(fsm, status, name)
    said = fsm("redrive", "--query", "--machine", "job", "--yes")
    assert (said.code, said.out, said.err) == (0, "a  redriven\nb  redriven\n", "2 machines to redrive\n")
    assert shown(fsm, "c")["status"] == "completed"


def test_dry_run_lists_and_changes_nothing(fsm: Fsm) -> None:
    make(fsm, "waiting", "a")
    make(fsm, "running", "b")
    said = fsm("abort", "--query", "--status", "waiting", "--dry-run")
    assert (said.code, said.err) == (0, "1 machine to abort\n")
    assert said.out.splitlines()[1].split()[:3] == ["a", "job", "waiting"]
    assert [row["id"] for row in json.loads(fsm("abort", "--query", "--dry-run", "-o", "json").out)] == ["a", "b"]
    assert (shown(fsm, "a")["status"], shown(fsm, "b")["status"]) == ("waiting", "running")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], ["a", "b", "c"]),
        (["--limit", "2"], ["a", "b"]),
        (["--state", "work"], ["b"]),
        (["--machine", "other"], []),
        (["--since", "1h"], ["a", "b", "c"]),
        (["--since", "2999-01-01"], []),
    ],
)
def test_what_a_query_finds(fsm: Fsm, options: list[str], found: list[str]) -> None:
    for name, status in (("a", "running"), ("b", "waiting"), ("c", "failed")):
        make(fsm, status, name)
        assert shown(fsm, name)["status"] == status
        fsm("pause", name)  # so that the next worker leaves it alone
    said = fsm("abort", "--query", *options, "--dry-run", "-o", "jsonl")
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == found
    assert said.code == 0


def test_nothing_found_is_no_error_and_needs_no_confirmation(fsm: Fsm) -> None:
    said = fsm("resume", "--query")
    assert (said.code, said.out, said.err) == (0, "", "0 machines to resume\n")


def test_only_what_is_paused_is_resumed_by_a_query(fsm: Fsm) -> None:
    make(fsm, "running", "a")
    make(fsm, "paused", "b")
    assert fsm("resume", "--query", "--yes").out == "b  resumed\n"


def test_a_terminal_that_only_shows_cannot_be_asked(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "running")
    sit_down(monkeypatch, "")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert fsm("abort", "--query").code == 2
    assert shown(fsm)["status"] == "running"


def test_without_a_terminal_it_must_be_confirmed_by_option(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    make(fsm, "running")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    said = fsm("abort", "--query")
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == [
        "1 machine to abort",
        "error: this would abort 1 machine, and there is no terminal to ask",
        "hint: --yes does it, --dry-run lists them",
    ]
    assert shown(fsm)["status"] == "running"


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [("y\n", 0, "aborted"), ("YES\n", 0, "aborted"), ("n\n", 130, "running"), ("\n", 130, "running"),
     ("", 130, "running")],
)  # fmt: skip
def test_at_a_terminal_it_asks(fsm: Fsm, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, status: str) -> None:
    make(fsm, "running")
    sit_down(monkeypatch, answer)
    said = fsm("abort", "--query")
    assert said.code == code
    assert "abort 1 machine? [y/N] " in said.err
    assert shown(fsm)["status"] == status
    assert ("1/1" in said.err) == (code == 0)  # the bar


def test_who_is_lost_on_the_way_is_told_of_and_all_others_are_tried(fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        make(fsm, "running", name)
    abort = Operator.abort

    def overtaken(operator: Operator, correlation_id: str, reason: str = "") -> Instance:
        if correlation_id == "b":
            abort(operator, "b", "somebody was faster")
        return abort(operator, correlation_id, reason)

    monkeypatch.setattr(Operator, "abort", overtaken)
    said = fsm("abort", "--query", "--yes")
    assert (said.code, said.out) == (6, "a  aborted\nb  conflict\nc  aborted\n")
    assert "error: cannot abort 'b': it is aborted in state 'pseudo_init' at step 0" in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "neither ids nor --query are given"),
        (["a", "--query"], "ids and --query exclude each other"),
        (["a", "--status", "failed"], "--status goes with --query only"),
        (["a", "--dry-run"], "--dry-run goes with --query only"),
        (["--limit", "3"], "neither ids nor --query are given"),
        (["--query", "--status", "done"], "there is no such status"),
        (["--query", "--since", "yesterday"], "this is neither a duration nor a time"),
        (["--query", "--limit", "0"], "--limit"),
    ],
)
@pytest.mark.parametrize("wish", ["abort", "pause", "resume", "redrive"])
def test_what_makes_no_sense_ends_with_2(fsm: Fsm, wish: str, arguments: list[str], message: str) -> None:
    said = fsm(wish, *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
