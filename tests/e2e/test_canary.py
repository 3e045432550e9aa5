"""What is secret (contexts, environments of containers, passwords) stands in no log, no error and no diagnosis."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fsm_bootstrap.cli.main import run
from tests import lock_servers
from tests.backends.backend import Backend
from tests.e2e.services import BUSES, RECORDS, RETRIES

CANARY = "canary-7d2e91"
MACHINE = """
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from fsm_domain import FinalState, Machine, RetryPolicy, State, Step, container

@dataclass
class Order:
    card: str = ""
    cents: int = 0

def work(order: Order, step: Step) -> Literal["done"]:
    if order.cents < 0:
        raise TimeoutError("the bank did not answer")
    return "done"

once = RetryPolicy(max_retries=1, base=0.01, cap=0.01)
orders = Machine("orders", Order, initial="work", retry=once,
    states=[State("work").on("done", "end").do(work), FinalState("end")])
jobs = Machine("jobs", Order, initial="work", retry=once,
    states=[State("work").on("done", "end").on("fail", "end").after(timedelta(hours=1), "end").do_or_wait(
        container("no-such-program", environment=lambda order: {"CARD": order.card})), FinalState("end")])
"""
SECRET = f'{{"card": "{CANARY}", "cents": 5}}'
BAD = f'{{"card": "{CANARY}", "cents": -1}}'
Fsm = Callable[..., int]


@pytest.fixture(autouse=True)
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def fsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fsm:
    (tmp_path / "machines.py").write_text(MACHINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in {"LOG_LEVEL": "DEBUG", "CACHE_SECONDS": "0.3", "AWS_CONNECT_SECONDS": "0.3"}.items():
        monkeypatch.setenv(name, value)

    def fsm(*arguments: str, **variables: str) -> int:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return run(arguments)

    return fsm


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was printed and logged."""

    def told() -> str:
        printed = capfd.readouterr()
        return f"{printed.out}\n{printed.err}\n{caplog.text}\n{[record.__dict__ for record in caplog.records]}"

    return told


@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_machines_that_complete_fail_and_start_containers(
    debug: tuple[str, ...], fsm: Fsm, told: Callable[[], str]
) -> None:
    source = "subprocess://"
    assert fsm(*debug, "start", "orders", "--id", "good", "--context", SECRET, PRIMARY_CONTAINER_SOURCE=source) == 0
    assert fsm(*debug, "start", "orders", "--id", "bad", "--context", BAD) == 0
    assert fsm(*debug, "start", "jobs", "--id", "job", "--context", SECRET) == 0
    fsm(*debug, "worker", "--drain")
    for command in (("list",), ("doctor",), ("doctor", "-o", "json"), ("recover",), ("list", "--status", "failed")):
        fsm(*debug, *command)
    heard = told()
    assert "the bank did not answer" in heard
    assert CANARY not in heard


@pytest.mark.parametrize(
    "context",
    [
        f'{{"card": "{CANARY}"',  # no JSON
        f'{{"card": "x", "cents": "{CANARY}"}}',  # another type
        f'["{CANARY}"]',
        f'{{"card": "x", "{CANARY[:6]}": 1}}',
    ],
)
@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_a_context_that_does_not_fit(debug: tuple[str, ...], context: str, fsm: Fsm, told: Callable[[], str]) -> None:
    assert fsm(*debug, "start", "orders", "--context", context) != 0
    assert CANARY not in told()


@pytest.mark.parametrize(
    "variables",
    [
        {"PRIMARY_CACHE_SOURCE": f"redis://:{CANARY}@127.0.0.1:1"},
        {"PRIMARY_CACHE_SOURCE": f"rediss://user:{CANARY}@127.0.0.1:1/0?nonsense=1"},
        {"PRIMARY_CACHE_SOURCE": f"redis:/{CANARY}@127.0.0.1"},
        {"PRIMARY_CACHE_SOURCE": f"redis://:{CANARY}/x@127.0.0.1"},
        {"PRIMARY_CACHE_SOURCE": f"redis://:{CANARY}@x@127.0.0.1:port"},
        {"ELASTICACHE_PASSWORDS": f'{{"arn:aws:elasticache:eu-west-1:1:cluster:c": "{CANARY}"'},
        {"ELASTICACHE_PASSWORDS": f'{{"arn:aws:elasticache:eu-west-1:1:cluster:c": ["{CANARY}"]}}'},
    ],
)
@pytest.mark.parametrize("debug", [(), ("--debug",)])
def test_a_password_in_a_setting(
    debug: tuple[str, ...], variables: Mapping[str, str], fsm: Fsm, told: Callable[[], str]
) -> None:
    for command in (("doctor",), ("doctor", "-o", "json"), ("run", "orders"), ("resources", "create"), ("iam",)):
        fsm(*debug, *command, **variables)
    assert CANARY not in told()


def test_a_password_that_the_server_refuses(fsm: Fsm, told: Callable[[], str], tmp_path: Path) -> None:
    with lock_servers.started(lock_servers.redis(tmp_path, "--requirepass", "another")) as server:
        for command in (("doctor",), ("start", "orders", "--context", SECRET), ("worker", "--drain")):
            fsm("--debug", *command, PRIMARY_CACHE_SOURCE=f"redis://:{CANARY}@127.0.0.1:{server.port}")
    assert CANARY not in told()


def test_back_ends_that_are_not_there(fsm: Fsm, told: Callable[[], str], ministack: Backend) -> None:
    """botocore tells of each request at level DEBUG, payload and all."""
    sources = {
        "PRIMARY_STREAM_SOURCE": BUSES["sqs"],
        "PRIMARY_RETRY_SOURCE": RETRIES["dynamodb"],
        "PRIMARY_CHECKPOINT_SOURCE": RECORDS,
    }
    for endpoint in ("http://127.0.0.1:1", ministack.endpoint):
        fsm("--debug", "start", "orders", "--id", "x", "--context", SECRET, AWS_ENDPOINT_URL=endpoint, **sources)
    assert fsm("resources", "create") == 0
    large = f'{{"card": "{CANARY * 40_000}", "cents": 1}}'
    assert fsm("--debug", "start", "orders", "--id", "y", "--context", large) != 0
    assert CANARY not in told()
