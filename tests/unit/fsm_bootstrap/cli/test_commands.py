"""Each command: what it prints where, and with which code it ends."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
import yaml

from fsm_adapters.system.clock import SystemClock
from fsm_bootstrap.application import build_application
from fsm_bootstrap.settings import load_settings
from fsm_domain.runtime.client import Client
from fsm_ports.errors import PortUnavailable
from tests.unit.fsm_bootstrap.cli.conftest import Fsm, Said
from tests.unit.fsm_bootstrap.yaml.editor import errors


def lines(text: str) -> list[str]:
    return text.splitlines()


def assert_error(said: Said, code: int, message: str) -> None:
    """One line and a hint on standard error, nothing on standard output."""
    assert (said.code, said.out) == (code, "")
    errors = [line for line in lines(said.err) if line.startswith("error: ")]
    assert len(errors) == 1, said.err
    assert message in errors[0]
    assert lines(said.err)[-1].startswith("hint: ")
    assert "Traceback" not in said.err


# ---- start, worker, list, show, history ----


def test_start_prints_the_id_alone(project: Path, fsm: Fsm) -> None:
    said = fsm("start", "orders")
    assert said.code == 0
    assert re.fullmatch(r"[0-9a-f-]{36}\n", said.out)


def test_start_with_an_id_may_be_repeated(project: Path, fsm: Fsm) -> None:
    assert fsm("start", "orders", "--id", "a").out == fsm("start", "orders", "--id", "a").out == "a\n"
    assert fsm("list", "--count").out == "1\n"


def test_start_many_prints_an_id_a_line(project: Path, fsm: Fsm) -> None:
    said = fsm("start", "orders", "--count", "1203")
    assert said.code == 0
    assert len(set(lines(said.out))) == 1203
    assert fsm("list", "--count").out == "1203\n"


@pytest.mark.parametrize(("count", "kind"), [("1", dict), ("3", list)])
def test_start_prints_json(project: Path, fsm: Fsm, count: str, kind: type) -> None:
    assert isinstance(json.loads(fsm("start", "orders", "--count", count, "-o", "json").out), kind)


def test_context_comes_from_option_file_or_standard_input(
    project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("order.json").write_text('{"cents": 2}', encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO('{"cents": 3}'))
    for given, expected in (('{"cents": 1}', 1), ("@order.json", 2), ("-", 3)):
        correlation_id = fsm("start", "orders", "--context", given).out.strip()
        shown = json.loads(fsm("show", correlation_id, "-o", "json").out)
        assert shown["context"] == {"cents": expected, "fail": 0, "paid": False}


def test_worker_drains_and_list_finds_what_is_completed(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--count", "5")
    said = fsm("worker", "--drain")
    assert (said.code, said.out) == (0, "")
    assert "drained" in said.err
    assert fsm("list", "--status", "completed", "--count").out == "5\n"
    assert fsm("list", "--status", "running", "--count").out == "0\n"


def test_drain_does_not_wait_for_machines_that_wait_or_are_paused(project: Path, fsm: Fsm) -> None:
    fsm("start", "approvals", "--id", "asked")
    fsm("start", "orders", "--id", "paused")
    build_application(load_settings()).operator.pause("paused")
    assert fsm("worker", "--drain").code == 0
    listed = [json.loads(line) for line in lines(fsm("list", "-o", "jsonl").out)]
    assert {row["id"]: (row["status"], row["paused"]) for row in listed} == {
        "asked": ("waiting", False), "paused": ("running", True),
    }  # fmt: skip


def test_list_as_table_json_and_lines(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "a")
    head, row = lines(fsm("list").out)
    assert head.split() == ["ID", "MACHINE", "STATUS", "STATE", "STEP", "UPDATED", "ERROR"]
    assert row.split()[:5] == ["a", "orders", "running", "pseudo_init", "0"]
    assert json.loads(fsm("list", "-o", "json").out)[0]["id"] == "a"
    assert json.loads(fsm("list", "-o", "jsonl").out)["machine"] == "orders"


def test_list_of_nothing_prints_nothing(project: Path, fsm: Fsm) -> None:
    assert fsm("list") == Said(0, "", "")
    assert json.loads(fsm("list", "-o", "json").out) == []


def test_list_filters_and_pages(project: Path, fsm: Fsm) -> None:
    for name in ("a", "b", "c"):
        fsm("start", "orders", "--id", name)
    fsm("start", "approvals", "--id", "d")
    first = fsm("list", "--machine", "orders", "--limit", "2", "-o", "jsonl")
    cursor = re.search(r"--cursor (\S+)", first.err)
    assert cursor is not None
    second = fsm("list", "--machine", "orders", "--limit", "2", "--cursor", cursor[1], "-o", "jsonl")
    found = [json.loads(line)["id"] for line in lines(first.out) + lines(second.out)]
    assert sorted(found) == ["a", "b", "c"]
    assert "cursor" not in second.err
    assert fsm("list", "--state", "nowhere", "--count", "-o", "json").out == '{\n  "count": 0\n}\n'


def test_history_shows_every_step_retry_and_error(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "a", "--context", '{"fail": 3}')
    fsm("worker", "--drain")
    entries = [json.loads(line) for line in lines(fsm("history", "a", "-o", "jsonl").out)]
    assert [(entry["happened"], entry["note"]) for entry in entries] == [
        ("started", None),
        ("retry", "TimeoutError: attempt 0"),
        ("retry", "TimeoutError: attempt 1"),
        ("failed", "TimeoutError: attempt 2"),
    ]
    table = lines(fsm("history", "a").out)
    assert table[0].split() == ["AT", "STEP", "HAPPENED", "STATE", "EVENT", "NOTE"]
    assert len(table) == 5


def test_show_tells_of_an_error(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "a", "--context", '{"fail": 9}')
    fsm("worker", "--drain")
    shown = fsm("show", "a").out
    assert re.search(r"^status +failed$", shown, re.MULTILINE)
    assert re.search(r"^error +TimeoutError: attempt 2$", shown, re.MULTILINE)


# ---- run ----


def test_run_prints_the_result_and_tells_what_happens(project: Path, fsm: Fsm) -> None:
    said = fsm("run", "orders", "--context", '{"fail": 1}')
    assert said.code == 0
    assert lines(said.out) == [
        "status   completed",
        "state    shipped",
        'context  {"cents": 100, "fail": 1, "paid": true}',
    ]
    told = [line.split(" s  ", 1)[1] for line in lines(said.err) if " s  " in line]
    assert told == [
        "started",
        "charge: retry 1: TimeoutError: attempt 0",
        "-> charge",
        "paid -> ship",
        "done -> shipped",
    ]


@pytest.mark.parametrize("spec", [["orders"], ["machines.py", "--machine", "orders"], [".", "--machine", "orders"]])
def test_run_takes_a_name_a_file_or_a_folder(project: Path, fsm: Fsm, spec: list[str]) -> None:
    said = fsm("run", *spec, "-o", "json")
    assert (said.code, json.loads(said.out)["status"]) == (0, "completed")


def test_run_of_a_machine_that_fails_ends_with_1(project: Path, fsm: Fsm) -> None:
    said = fsm("run", "orders", "--context", '{"fail": 9}')
    assert said.code == 1
    assert lines(said.out)[0] == "status   failed"
    assert "error: orders failed: TimeoutError: attempt 2" in said.err
    assert "charge: failed: TimeoutError: attempt 2" in said.err


def test_run_again_with_its_id_tells_the_end(project: Path, fsm: Fsm) -> None:
    fsm("run", "orders", "--id", "a", "--context", '{"cents": 5}')
    again = fsm("run", "orders", "--id", "a")
    assert (again.code, lines(again.out)[0]) == (0, "status   completed")
    assert fsm("list", "--count").out == "1\n"


def test_run_goes_on_with_what_was_only_started(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "a", "--context", '{"cents": 5}')
    said = fsm("run", "orders", "--id", "a")
    assert (said.code, lines(said.out)[0]) == (0, "status   completed")


def test_run_of_a_machine_that_waits_ends_and_says_so(project: Path, fsm: Fsm) -> None:
    said = fsm("run", "approvals")
    assert (said.code, lines(said.out)[0]) == (0, "status   waiting")
    assert "waits for an outside event" in said.err


def test_run_leaves_other_machines_alone(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "other")
    assert fsm("run", "orders", "--id", "mine").code == 0
    shown = json.loads(fsm("show", "other", "-o", "json").out)
    assert (shown["status"], shown["step"]) == ("running", 0)


def test_run_stops_working_at_its_timeout(project: Path, fsm: Fsm) -> None:
    said = fsm("run", "slow", "--context", '{"fail": 1}', "--timeout", "0")
    assert_error(said, 7, "not at rest after 0 s")
    assert "fsm run slow --id" in said.err


def test_run_without_history_still_tells_the_states(project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HISTORY", "off")
    said = fsm("run", "orders")
    assert said.code == 0
    assert "paid -> ship" in said.err


# ---- check, recover, init, help ----


def test_check_of_sound_machines(project: Path, fsm: Fsm) -> None:
    said = fsm("check")
    assert (said.code, said.out) == (0, "")
    assert "ok: orders: 3 states, 2 transitions" in said.err


BROKEN = """machines:
  - name: orders
    states:
      - name: a
        initial: true
        transitions:
          - event: done
            target: nowhere
      - name: a
        final: true
"""


def test_check_lists_problems_with_file_and_line(folder: Path, fsm: Fsm) -> None:
    Path("fsm.yaml").write_text(BROKEN, encoding="utf-8")
    said = fsm("check", "fsm.yaml")
    assert said.code == 3
    assert lines(said.out)
    assert all(re.match(r"fsm\.yaml:\d+: |  hint: ", line) for line in lines(said.out))
    found = json.loads(fsm("check", "fsm.yaml", "-o", "json").out)
    assert {row["severity"] for row in found} == {"error"}
    assert all(row["line"] > 0 for row in found)


def test_recover_prints_how_many(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders")
    assert fsm("recover").out == "0\n"
    assert json.loads(fsm("recover", "-o", "json").out) == {"recovered": 0}


def test_recover_takes_what_has_not_moved(project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    fsm("start", "orders", "--count", "3")
    later = SystemClock().now() + 1e6

    def now(_clock: SystemClock) -> float:
        return later

    monkeypatch.setattr(SystemClock, "now", now)
    assert fsm("recover").out == "3\n"
    assert fsm("recover").out == "0\n"


@pytest.mark.parametrize(("claim", "smallest"), [("", "6331"), ("50", "381")])
def test_recover_leaves_alone_what_a_function_may_still_be_running(
    project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch, claim: str, smallest: str
) -> None:
    """Nobody told this terminal how long the function may take: Lambda gives 900 s at most."""
    monkeypatch.setenv("PRIMARY_STREAM_SOURCE", "arn:aws:sqs:us-east-1:123456789012:orders")
    monkeypatch.setenv("PRIMARY_CHECKPOINT_SOURCE", "arn:aws:dynamodb:us-east-1:123456789012:table/records")
    monkeypatch.setenv("CLAIM_SECONDS", claim)
    text = (project / "machines.py").read_text(encoding="utf-8")
    (project / "machines.py").write_text(text.partition("slow = ")[0], encoding="utf-8")
    said = fsm("recover", "--age", "199")
    assert (said.code, said.out) == (2, "")
    assert f"error: --age 199: a machine may take {smallest} s for a run and its retries" in said.err
    assert ("CLAIM_SECONDS" in said.err) is (claim == "")


@pytest.mark.parametrize("name", ["orders", "late-orders"])
@pytest.mark.parametrize("options", [[], ["--yaml"]])
def test_init_writes_a_project_that_runs(
    folder: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch, name: str, options: list[str]
) -> None:
    said = fsm("init", name, *options)
    assert (said.code, said.out) == (0, "")
    assert {"README.md", ".gitignore"} < {path.name for path in Path(name).iterdir()}
    monkeypatch.chdir(name)
    ran = fsm("run", name)
    assert (ran.code, lines(ran.out)[1]) == (0, "state    shipped")
    assert "retry 1" in ran.err
    assert fsm("check").code == 0


def test_init_gives_an_editor_the_schema_of_what_it_writes(folder: Path, fsm: Fsm) -> None:
    fsm("init", "orders", "--yaml")
    first = Path("orders/fsm.yaml").read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    schema = Path("orders", named).read_text(encoding="utf-8")
    assert fsm("schema").out == schema
    assert errors(json.loads(schema), yaml.safe_load(Path("orders/fsm.yaml").read_text(encoding="utf-8"))) == []


def test_help_and_version(fsm: Fsm) -> None:
    assert "fsm start" in fsm("start", "--help").out
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", fsm("--version").out)
    bare = fsm()
    assert (bare.code, "Commands:" in bare.out) == (2, True)


# ---- every way to end ----


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["strat"], "No such command 'strat'"),
        (["start"], "Missing argument"),
        (["list", "--limit", "0"], "--limit"),
        (["list", "--status", "done"], "there is no such status"),
        (["list", "-o", "xml"], "'xml' is not one of"),
        (["start", "orders", "--count", "2", "--id", "a"], "--id names one machine"),
        (["start", "orders", "--context", '{"cents": "much"}'], "$.cents"),
        (["start", "orders", "--context", "{"], "JSON"),
        (["start", "orders", "--context", "@missing.json"], "missing.json"),
        (["run", "machines.py"], "machines.py defines 3 machines"),
        (["recover", "--age", "1"], "--age 1"),
        (["init", "1st"], "cannot be a machine's name"),
        (["init", "import"], "cannot be a machine's name"),
    ],
)
def test_usage_ends_with_2(project: Path, fsm: Fsm, arguments: list[str], message: str) -> None:
    assert_error(fsm(*arguments), 2, message)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PRIMARY_STREAM_SOURCE", "nonsense"),
        ("PRIMARY_STREAM_SOURCE", "redis://localhost"),
        ("CLAIM_SECONDS", "0"),
        ("AWS_LAMBDA_FUNCTION_NAME", "orders"),
    ],
)
def test_configuration_ends_with_3(
    project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    named = "PRIMARY_CHECKPOINT_SOURCE" if variable.startswith("AWS") else f"{variable}={value}"
    assert_error(fsm("list"), 3, named)


def test_a_file_that_is_no_database_ends_with_3(project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("bad.db").write_text("no database" * 100, encoding="utf-8")
    monkeypatch.setenv("PRIMARY_STREAM_SOURCE", "sqlite:///bad.db")
    assert_error(fsm("list"), 3, "SOURCE=sqlite:///bad.db: ")


@pytest.mark.parametrize("command", [["start", "orders"], ["run", "fsm.yaml"], ["worker", "--drain"], ["recover"]])
def test_a_broken_definition_ends_with_3_and_every_problem(folder: Path, fsm: Fsm, command: list[str]) -> None:
    Path("fsm.yaml").write_text(BROKEN, encoding="utf-8")
    said = fsm(*command)
    assert (said.code, said.out) == (3, "")
    errors = [line for line in lines(said.err) if line.startswith("error: ")]
    assert len(errors) >= 2
    assert all(re.match(r"error: fsm\.yaml:\d+: ", line) for line in errors)


def test_run_by_name_says_what_is_broken_here(folder: Path, fsm: Fsm) -> None:
    Path("machines.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    assert_error(fsm("run", "orders"), 3, "machines.py:1: ")


@pytest.mark.parametrize("command", [["start", "orders"], ["run", "orders"], ["worker"], ["recover"]])
def test_nothing_here_ends_with_3_and_the_way_to_begin(folder: Path, fsm: Fsm, command: list[str]) -> None:
    said = fsm(*command)
    assert_error(said, 3, "")
    assert "fsm init NAME" in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "nobody"], "no machine instance is called 'nobody'"),
        (["history", "nobody"], "no machine instance is called 'nobody'"),
        (["start", "ordres"], "did you mean 'orders'?"),
        (["run", "machines.py", "--machine", "ordres"], "defines no machine 'ordres'"),
        (["run", "ordres"], "there is no machine, file or module 'ordres'"),
    ],
)
def test_not_found_ends_with_4(project: Path, fsm: Fsm, arguments: list[str], message: str) -> None:
    assert_error(fsm(*arguments), 4, message)


def test_unreachable_ends_with_5(project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    fsm("list")
    monkeypatch.setattr(Client, "find", _down)
    assert_error(fsm("list"), 5, "sqlite:///fsm.db: disk I/O error")


def _down(_client: Client, _query: object) -> None:
    raise PortUnavailable("disk I/O error", "sqlite:///fsm.db")


def test_conflict_ends_with_6(project: Path, fsm: Fsm) -> None:
    fsm("start", "orders", "--id", "a")
    assert_error(fsm("start", "orders", "--id", "a", "--context", '{"cents": 1}'), 6, "another input")
    assert_error(fsm("run", "slow", "--id", "a"), 6, "an instance of 'orders'")


def test_init_over_what_is_there_ends_with_6(folder: Path, fsm: Fsm) -> None:
    fsm("init", "orders")
    assert_error(fsm("init", "orders"), 6, "exists already")


def test_a_fault_of_ours_ends_with_1_and_a_traceback_only_with_debug(
    project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_client: Client, _query: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(Client, "find", broken)
    assert_error(fsm("list"), 1, "internal error: ZeroDivisionError: oops")
    said = fsm("list", "--debug")
    assert said.code == 1
    assert "Traceback (most recent call last)" in said.err


def test_no_history_is_said(project: Path, fsm: Fsm, monkeypatch: pytest.MonkeyPatch) -> None:
    fsm("start", "orders", "--id", "a")
    monkeypatch.setenv("HISTORY", "off")
    assert_error(fsm("history", "a"), 3, "no history is kept")
