"""What a person reads on the command line when a source, a context or the network will not do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fsm_bootstrap.cli.exits import Exit
from fsm_bootstrap.cli.main import run
from tests.backends.backend import Backend
from tests.e2e.services import BUSES, RECORDS, RETRIES

MACHINE = """
from typing import Literal
from fsm_domain import FinalState, Machine, State, Step

def work(context: dict[str, object], step: Step) -> Literal["done"]:
    return "done"

short = Machine("short", dict, initial="work", states=[State("work").on("done", "end").do(work), FinalState("end")])
"""
Tell = Callable[..., tuple[int, str]]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Tell:
    """Runs a command in an environment: its exit code, and what it says on standard error."""
    (tmp_path / "machines.py").write_text(MACHINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_CONNECT_SECONDS", "0.3")
    monkeypatch.setenv("AWS_READ_SECONDS", "1")

    def told(*arguments: str, **variables: str) -> tuple[int, str]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = run(arguments)
        return code, capsys.readouterr().err

    return told


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("arn:aws:sqs", "arn:aws:sqs:us-east-1:ACCOUNT:QUEUE"),
        ("arn:aws:sqs::000000000000:orders", "region is missing"),
        ("arn:aws:elasticache:us-east-1:000000000000:cluster:c", "nothing serves 'elasticache' as stream source"),
        ("orders", "neither a URL nor an ARN"),
    ],
)
def test_source_that_will_not_do_is_named_with_its_variable(value: str, said: str, tell: Tell) -> None:
    code, err = tell("start", "short", PRIMARY_STREAM_SOURCE=value)
    assert code == Exit.INVALID
    assert said in err
    assert "PRIMARY_STREAM_SOURCE" in err


def _on(backend: Backend) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": backend.endpoint,
        "PRIMARY_STREAM_SOURCE": BUSES["sqs"],
        "PRIMARY_RETRY_SOURCE": RETRIES["dynamodb"],
        "PRIMARY_CHECKPOINT_SOURCE": RECORDS,
    }


def test_resources_that_are_not_there_are_named_with_the_command_that_makes_them(
    tell: Tell, ministack: Backend
) -> None:
    code, err = tell("start", "short", **_on(ministack))
    assert code == Exit.UNREACHABLE
    assert RECORDS in err
    assert "fsm resources create makes it" in err


def test_address_where_nobody_answers_is_named_with_the_way_to_look(tell: Tell, ministack: Backend) -> None:
    code, err = tell("start", "short", **{**_on(ministack), "AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert code == Exit.UNREACHABLE
    assert "127.0.0.1:1" in err


def test_context_that_no_record_can_hold_is_refused_before_anything_is_kept(tell: Tell, ministack: Backend) -> None:
    tell("resources", "create", **_on(ministack))
    Path("large.json").write_text(json.dumps({"text": "x" * (2 * 1024 * 1024)}), encoding="utf-8")
    code, err = tell("start", "short", "--id", "big", "--context", "@large.json")
    assert code != 0
    assert "bytes" in err
    assert "x" * 200 not in err
    assert tell("show", "big")[0] == Exit.NOT_FOUND
