"""``fsm resources create`` makes what the settings name, once; ``fsm doctor`` sees what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_bootstrap.cli.main import run
from tests.backends.aws import clients
from tests.backends.backend import Backend
from tests.e2e.services import BUSES, DEAD_LETTERS, HISTORY, LEASES, RECORDS, RETRIES

BUSY = {
    "PRIMARY_STREAM_SOURCE": BUSES["sns"],
    "SECONDARY_STREAM_SOURCE": BUSES["kinesis"],
    "PRIMARY_RETRY_SOURCE": RETRIES["dynamodb"],
    "SECONDARY_RETRY_SOURCE": RETRIES["sqs"],
    "PRIMARY_CHECKPOINT_SOURCE": RECORDS,
    "PRIMARY_CACHE_SOURCE": LEASES,
    "PRIMARY_HISTORY_SOURCE": HISTORY,
    "DEAD_LETTER_SOURCE": DEAD_LETTERS,
}


@pytest.fixture
def shell(
    ministack: Backend, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Shell:
    monkeypatch.setenv("AWS_ENDPOINT_URL", ministack.endpoint)
    monkeypatch.chdir(tmp_path)
    return Shell(monkeypatch, capsys)


class Shell:
    """The command line, with its environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def set(self, variables: Mapping[str, str]) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def run(self, *arguments: str) -> tuple[int, list[dict[str, str]]]:
        """Exit code, and the rows that were printed."""
        self._capsys.readouterr()
        code = run([*arguments, "-o", "json"])
        return code, json.loads(self._capsys.readouterr().out or "[]")


def states(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row["resource"]: row["state"] for row in rows}


def test_everything_is_made_once_and_then_right(shell: Shell) -> None:
    shell.set(BUSY)
    code, rows = shell.run("resources", "create", "--dry-run")
    assert code == 0
    assert set(states(rows)) == set(BUSY.values())
    assert set(states(rows).values()) == {"missing"}
    assert shell.run("resources", "create") == (0, _with_actions(rows))
    code, rows = shell.run("resources", "create")
    assert (code, set(states(rows).values()), {row["action"] for row in rows}) == (0, {"right"}, {"none"})


def _with_actions(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{**row, "action": row["action"].replace("would make", "made")} for row in rows]


def test_what_lacks_is_mended_and_what_is_stored_stays(shell: Shell, ministack: Backend) -> None:
    client = clients(ministack).dynamodb()()
    client.create_table(**schemas.CACHE.create_arguments("leases"))
    client.put_item(TableName="leases", Item={"ckey": {"S": "mine"}})
    shell.set({"PRIMARY_CACHE_SOURCE": LEASES})
    code, rows = shell.run("resources", "create", "--dry-run")
    assert (code, rows[0]["action"]) == (0, "would mend it")
    assert "TTL" in rows[0]["state"]
    shell.run("resources", "create")
    code, rows = shell.run("resources", "create")
    assert (code, states(rows)) == (0, {LEASES: "right"})
    assert client.get_item(TableName="leases", Key={"ckey": {"S": "mine"}}).get("Item")


def test_a_table_with_another_key_is_left_alone_and_named(shell: Shell, ministack: Backend) -> None:
    clients(ministack).dynamodb()().create_table(**schemas.ENVIRONMENT.create_arguments("leases"))
    shell.set({"PRIMARY_CACHE_SOURCE": LEASES})
    code, rows = shell.run("resources", "create")
    assert code == 3
    assert rows[0]["state"] == "its key is guid (S), and leases need ckey (S)"
    assert "name another table in PRIMARY_CACHE_SOURCE" in rows[0]["action"]


def test_doctor_tells_what_is_missing_and_is_content_when_it_is_made(shell: Shell) -> None:
    shell.set(BUSY)
    code, findings = shell.run("doctor")
    assert code == 3
    missing = [finding for finding in findings if finding["text"] == "does not exist"]
    assert len(missing) == len(BUSY)
    assert {finding["remedy"] for finding in missing} == {"fsm resources create makes it"}
    shell.run("resources", "create")
    code, findings = shell.run("doctor")
    assert (code, [finding for finding in findings if finding["level"] == "error"]) == (0, [])


def test_doctor_shows_no_password(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.set({"PRIMARY_CACHE_SOURCE": "redis://:hunter2@127.0.0.1:1", "PRIMARY_CHECKPOINT_SOURCE": "memory://"})
    code, findings = shell.run("doctor")
    assert code == 3
    assert "hunter2" not in json.dumps(findings)
    assert any(finding["subject"] == "PRIMARY_CACHE_SOURCE=redis://***@127.0.0.1:1" for finding in findings)
    assert "hunter2" not in capsys.readouterr().err


def test_doctor_warns_of_a_second_table_that_is_taken_for_a_replica(shell: Shell) -> None:
    replica = RECORDS.replace("us-east-1", "us-west-2")
    shell.set({"PRIMARY_CHECKPOINT_SOURCE": RECORDS, "SECONDARY_CHECKPOINT_SOURCE": replica})
    _, findings = shell.run("doctor")
    (about,) = [finding for finding in findings if finding["subject"] == f"SECONDARY_CHECKPOINT_SOURCE={replica}"
                and finding["level"] == "warning"]  # fmt: skip
    assert "strong consistency" in about["remedy"]


def test_doctor_warns_of_the_original_in_a_table_of_records_while_it_is_taken_over(
    shell: Shell, ministack: Backend
) -> None:
    shell.set({"PRIMARY_CHECKPOINT_SOURCE": RECORDS, "ADOPT_IN_FLIGHT": "true"})
    shell.run("resources", "create")
    item = {"correlation_id": {"S": "m"}, "sent": {"S": "{}"}}
    clients(ministack).dynamodb()().put_item(TableName="records", Item=item)
    assert [finding["level"] for finding in about_the_original(shell)] == ["warning"]
    shell.set({"ADOPT_IN_FLIGHT": "false"})
    assert about_the_original(shell) == []


def about_the_original(shell: Shell) -> list[dict[str, str]]:
    _, findings = shell.run("doctor")
    return [finding for finding in findings if "the original" in finding["text"]]
