"""Machines that the original framework, from PyPI, and this one hand to each other over a real queue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fsm_adapters.dynamodb import schemas
from fsm_adapters.system.random import SystemRandom
from fsm_bootstrap.doctor.finding import Finding, Level
from fsm_bootstrap.doctor.original import checkpoints_found
from fsm_bootstrap.loading import load_machines
from fsm_bootstrap.supplies import Supplies
from fsm_domain.runtime.errors import NotFound
from fsm_ports import ACK, Happened, PortError, Status
from tests.backends.aws import clients
from tests.backends.backend import Backend
from tests.backends.programs import file
from tests.e2e.services import (
    BUSES,
    HISTORY,
    LEASES,
    PATIENCE,
    RECORDS,
    RETRIES,
    Running,
    make_resources,
    running,
    settings,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

HERE = Path(__file__).parent / "original"
CHECKPOINTS = RECORDS.replace("records", "checkpoints")
"""A checkpoint table of the original's own."""
TRAIL = [0, 1, 2, 3, 4, 5, 6, 7]
"""The steps in which actions that count run, whoever runs them."""

pytestmark = pytest.mark.timeout(120)


class Original:
    """A worker of the original framework, in a process of its own."""

    def __init__(
        self, backend: Backend, checkpoint: str | None = None, stream: str = BUSES["sqs"], positions: Path | None = None
    ) -> None:
        self._package = file("aws-lambda-fsm", "original/aws_lambda_fsm").parent
        self._sources = {
            "endpoint": backend.endpoint,
            "stream": stream,
            "positions": str(positions),
            "retry": RETRIES["dynamodb"],
            "cache": LEASES,
            "checkpoint": checkpoint,
        }

    def run(self, messages: int | None = None, **start: object) -> int:
        """Messages that it handled: so many, or all that come."""
        asked = json.dumps({**self._sources, **start, "messages": messages})
        ran = subprocess.run(
            [sys.executable, "driver.py", asked], cwd=HERE, env={**os.environ, "PYTHONPATH": str(self._package)},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return int(ran.stdout)


@contextmanager
def ours(backend: Backend, **more: object) -> Generator[Running]:
    chosen = settings(
        backend, adopt_in_flight=True, primary_history_source=HISTORY, primary_cache_source=LEASES, retry_shards=16,
        **more,
    )  # fmt: skip
    make_resources(chosen, backend)
    with running(chosen, backend, *load_machines(str(HERE / "fsm.yaml")).machines) as case:
        yield case


def happened(case: Running, name: str) -> list[Happened]:
    assert case.app.history is not None
    entries = case.app.history.read(name)
    assert not isinstance(entries, PortError), entries
    return [entry.happened for entry in entries]


def doctor(case: Running) -> list[Finding]:
    """What it says of checkpoints that are the original's."""
    supplies = Supplies(case.app.settings, case.backend.clock, SystemRandom())
    found = list(checkpoints_found(supplies))
    supplies.close()
    return found


def finish(case: Running, report: Path, name: str = "m") -> list[int]:
    """Work until the machine's report is there: the trail of its steps."""
    end = time.monotonic() + PATIENCE
    while not report.exists() and time.monotonic() < end:
        case.work()
    assert case.until_rest(name) == [Status.COMPLETED]
    trail: list[int] = json.loads(report.read_text(encoding="utf-8"))
    return trail


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_a_machine_of_the_original_is_taken_over_after_any_step(steps: int, ministack: Backend, tmp_path: Path) -> None:
    context = {"report": str(tmp_path / "report")}
    with ours(ministack) as case:
        assert Original(ministack).run(steps, start="m", context=context) == steps
        assert finish(case, tmp_path / "report") == TRAIL
        assert happened(case, "m") == [Happened.ADOPTED] + [Happened.STEP] * (len(TRAIL) + 1 - steps)


def test_the_original_s_queue_runs_dry_beside_a_table_whose_commits_are_messages(
    ministack: Backend, tmp_path: Path
) -> None:
    with ours(ministack, primary_stream_source=RECORDS, secondary_stream_source=BUSES["sqs"]) as case:
        assert Original(ministack).run(3, start="m", context={"report": str(tmp_path / "report")}) == 3
        assert finish(case, tmp_path / "report") == TRAIL


def test_a_retry_that_the_original_left_behind_is_made_here(ministack: Backend, tmp_path: Path) -> None:
    """Its entry in the retry table is the only trace of the machine."""
    context = {"report": str(tmp_path / "report"), "fail_at": 2}
    with ours(ministack) as case:
        assert Original(ministack).run(3, start="m", context=context) == 3
        assert finish(case, tmp_path / "report") == TRAIL


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_the_original_finishes_what_was_started_here(steps: int, ministack: Backend, tmp_path: Path) -> None:
    """So a rollback drains."""
    report = tmp_path / "report"
    with ours(ministack) as case:
        case.start("relay", {"report": str(report)}, "m")
        while case.app.client.get("m").step < steps:
            case.work()
        assert Original(ministack).run() == len(TRAIL) + 1 - steps
    assert json.loads(report.read_text(encoding="utf-8")) == TRAIL


def test_a_machine_may_go_to_and_fro(ministack: Backend, tmp_path: Path) -> None:
    """Both serve one queue while a deploy rolls, each with a checkpoint table of its own."""
    report = tmp_path / "report"
    clients(ministack).dynamodb()().create_table(**schemas.CHECKPOINT.create_arguments("checkpoints"))
    with ours(ministack) as case:
        case.start("relay", {"report": str(report), "fail_at": 5}, "m")
        for step in (1, 4):
            while case.app.client.get("m").step < step:
                case.work()
            assert Original(ministack, CHECKPOINTS).run(2) == 2
        assert finish(case, report) == TRAIL
        assert happened(case, "m").count(Happened.ADOPTED) == 2
        assert doctor(case) == []


@pytest.mark.parametrize("steps", [1, 3])
def test_a_table_with_checkpoints_of_an_original_that_has_stopped_serves_as_it_is(
    steps: int, ministack: Backend, tmp_path: Path
) -> None:
    with ours(ministack) as case:
        assert Original(ministack, RECORDS).run(steps, start="m", context={"report": str(tmp_path / "report")}) == steps
        assert finish(case, tmp_path / "report") == TRAIL


def test_doctor_tells_of_an_original_that_writes_its_checkpoints_over_records(
    ministack: Backend, tmp_path: Path
) -> None:
    """It replaces items whole, and asks no condition: nothing here can keep a record from it."""
    with ours(ministack) as case:
        case.start("relay", {"report": str(tmp_path / "report")}, "m")
        assert doctor(case) == []
        Original(ministack, RECORDS).run(2)
        with pytest.raises(NotFound):
            case.app.client.get("m")
        (found,) = doctor(case)
        assert found.level is Level.WARNING
        assert found.subject == f"PRIMARY_CHECKPOINT_SOURCE={RECORDS}"
        assert "items of the original: 1 of the 1" in found.text
        assert "table of its own" in found.remedy


def test_an_old_stream_table_that_was_the_checkpoint_table_too_runs_dry_beside_the_new_one(
    ministack: Backend, tmp_path: Path
) -> None:
    """Both are on while the event source mappings are moved; the new one began at the latest record."""
    old = BUSES["dynamodb"]
    original = Original(ministack, old, old, tmp_path / "positions")
    with ours(ministack, primary_stream_source=RECORDS, secondary_stream_source=old) as case:
        assert original.run(3, start="m", context={"report": str(tmp_path / "report")}) == 3
        pass_over(case)
        assert original.run(2) == 2
        assert finish(case, tmp_path / "report") == TRAIL
        assert happened(case, "m") == [Happened.ADOPTED] + [Happened.STEP] * (len(TRAIL) + 1 - 4)


def test_with_two_tables_new_machines_start_in_the_second_and_old_ones_wait_for_the_first(
    ministack: Backend, tmp_path: Path
) -> None:
    """While the first is down nobody knows whether a machine has a record in it."""
    second = RECORDS.replace("records", "records-2")
    with ours(ministack, secondary_checkpoint_source=second) as case:
        client = clients(ministack).dynamodb()()
        client.delete_table(TableName="records")
        assert Original(ministack).run(3, start="m", context={"report": str(tmp_path / "report")}) == 3
        new = case.app.client.start("relay", {"report": str(tmp_path / "other")}).correlation_id
        for _ in range(5):
            case.work()
        assert ids(client, "records-2") == [new]
        client.create_table(**schemas.CHECKPOINT.create_arguments("records"))
        assert finish(case, tmp_path / "report") == TRAIL
        assert finish(case, tmp_path / "other", new) == TRAIL
        assert (ids(client, "records"), ids(client, "records-2")) == (["m"], [new])


def ids(client: DynamoDBClient, table: str) -> list[str]:
    return [str(item["correlation_id"].get("S")) for item in client.scan(TableName=table)["Items"]]


def test_both_may_read_one_stream_for_a_while(ministack: Backend, tmp_path: Path) -> None:
    """Each sees all messages: nothing is lost, and the actions run under both."""
    old = BUSES["dynamodb"]
    original = Original(ministack, CHECKPOINTS, old, tmp_path / "positions")
    clients(ministack).dynamodb()().create_table(**schemas.CHECKPOINT.create_arguments("checkpoints"))
    with ours(ministack, primary_stream_source=old) as case:
        assert original.run(2, start="m", context={"report": str(tmp_path / "report")}) == 2
        pass_over(case)
        for _ in range(3):
            assert original.run(1) == 1
            for _ in range(4):
                case.work()
        assert finish(case, tmp_path / "report") == TRAIL
        assert happened(case, "m").count(Happened.ADOPTED) == 1
        (tmp_path / "report").unlink()
        assert original.run() > 0
        assert (tmp_path / "report").exists()


def pass_over(case: Running) -> None:
    """Leave out what is in the streams, as a mapping does that begins at the latest record."""
    now = case.app.clock.now()
    for source in case.app.sources:
        for _ in range(10):
            found = source.receive(100, now + 30)
            assert not isinstance(found, PortError), found
            source.settle(found, [ACK] * len(found))
