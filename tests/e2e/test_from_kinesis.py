"""A stream of Kinesis is a history, and a machine can be restarted from it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from examples.orders.machines import orders
from fsm_bootstrap.cli.main import run
from fsm_ports import ACK, Status
from tests.backends.backend import Backend
from tests.e2e.services import BUSES, RECORDS, Running, make_resources, running, settings


@pytest.fixture
def case(ministack: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """An application on a stream; the command line has the same settings."""
    chosen = settings(ministack, primary_stream_source=BUSES["kinesis"])
    make_resources(chosen, ministack)
    for name, value in {
        "AWS_ENDPOINT_URL": ministack.endpoint, "PRIMARY_STREAM_SOURCE": BUSES["kinesis"],
        "PRIMARY_CHECKPOINT_SOURCE": RECORDS, "PRIMARY_RETRY_SOURCE": str(chosen.primary_retry_source),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with running(chosen, ministack, orders) as made:
        yield made


def test_the_history_is_rebuilt_from_the_messages(case: Running, capsys: pytest.CaptureFixture[str]) -> None:
    case.start("orders", {}, "o-1")
    assert case.until_rest("o-1") == [Status.COMPLETED]
    assert run(["history", "o-1", "--from", "kinesis", "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [entry["state"] for entry in told if entry["happened"] == "step"][:2] == ["reserve", "charge"]


def test_a_machine_goes_on_from_the_message_at_its_position(case: Running) -> None:
    case.start("orders", {}, "o-1")
    while case.app.client.get("o-1").step < 1:
        case.work()
    for source in case.app.sources:  # what is under way is lost
        got = source.receive(10, case.backend.clock.now() + 5)
        assert isinstance(got, list)
        source.settle(got, [ACK] * len(got))
    case.work()
    assert case.statuses("o-1") == [Status.RUNNING]
    assert run(["restore", "o-1", "--from", "kinesis"]) == 0
    assert case.until_rest("o-1") == [Status.COMPLETED]


def test_without_a_stream_of_kinesis_that_is_said(
    case: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case.start("orders", {}, "o-1")
    monkeypatch.setenv("PRIMARY_STREAM_SOURCE", BUSES["sqs"])
    assert run(["history", "o-1", "--from", "kinesis"]) == 3
    assert "no stream source is one of Kinesis" in capsys.readouterr().err
