"""``fsm cost``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.fsm_bootstrap.cli.conftest import Fsm

PLACE = "us-east-1:000000000000"


@pytest.fixture
def deployed(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up for SQS and DynamoDB."""
    monkeypatch.setenv("PRIMARY_STREAM_SOURCE", f"arn:aws:sqs:{PLACE}:orders")
    monkeypatch.setenv("PRIMARY_CHECKPOINT_SOURCE", f"arn:aws:dynamodb:{PLACE}:table/records")
    monkeypatch.setenv("PRIMARY_RETRY_SOURCE", f"arn:aws:dynamodb:{PLACE}:table/retries")
    return project


def test_costs_of_a_machine(deployed: Path, fsm: Fsm) -> None:
    said = fsm("cost", "orders")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0].startswith("orders: USD a million transitions (us-east-1, ")
    assert lines[1].split() == [
        "BATCH", "RECORD", "CONTEXT", "CALLS", "POLLS", "WRITE", "UNITS", "DYNAMODB", "LAMBDA", "SQS", "USD",
    ]  # fmt: skip
    assert [line.split()[:3] for line in lines[2:6]] == [
        ["1", "1", "KB"], ["1", "4", "KB"], ["10", "1", "KB"], ["10", "4", "KB"],
    ]  # fmt: skip
    assert any(line.startswith("Step Functions Standard ") for line in lines)
    assert any(line.startswith("Lambda durable functions ") for line in lines)


def test_as_json(deployed: Path, fsm: Fsm) -> None:
    told = json.loads(fsm("cost", "orders", "-o", "json").out)
    first = told["set_ups"][0]
    assert (first["batch"], first["record_bytes"], first["transitions"]) == (1, 1024, 3)
    assert first["usd_per_million"]["total"] == pytest.approx(
        sum(usd for service, usd in first["usd_per_million"].items() if service != "total")
    )
    assert first["calls"].keys() == {"dynamodb", "sqs"}
    assert first["context_bytes"] < 1024
    assert told["prices"]["region"] == "us-east-1"
    assert [other["record_bytes"] for other in told["others"]] == [1024, 4096]


def test_with_own_prices(deployed: Path, fsm: Fsm) -> None:
    (deployed / "own.yaml").write_text("per_million: {sqs.request: 4.0}", encoding="utf-8")
    dear = json.loads(fsm("cost", "orders", "--prices", "own.yaml", "-o", "json").out)["set_ups"][0]
    usual = json.loads(fsm("cost", "orders", "-o", "json").out)["set_ups"][0]
    assert dear["usd_per_million"]["sqs"] == pytest.approx(10 * usual["usd_per_million"]["sqs"])


def test_prices_that_cannot_be_used(deployed: Path, fsm: Fsm) -> None:
    said = fsm("cost", "orders", "--prices", "none.yaml")
    assert said.code == 3
    assert "none.yaml: cannot be read" in said.err


def test_own_actions_with_a_context(deployed: Path, fsm: Fsm) -> None:
    said = fsm("cost", "orders", "--real-actions", "--context", '{"cents": 5}', "-o", "json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["set_ups"][0]["transitions"] == 3


def test_a_context_is_for_own_actions(deployed: Path, fsm: Fsm) -> None:
    said = fsm("cost", "orders", "--context", "{}")
    assert said.code == 2
    assert "hint: add --real-actions" in said.err


def test_nothing_that_is_set_is_paid_by_the_request(project: Path, fsm: Fsm) -> None:
    said = fsm("cost", "orders")
    assert said.code == 0
    assert "note: nothing that is set is paid by the request" in said.err


def test_a_machine_that_is_not_there(deployed: Path, fsm: Fsm) -> None:
    assert fsm("cost", "others").code == 4
