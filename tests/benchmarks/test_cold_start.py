"""What a function on SQS and DynamoDB loads before its first message: modules, for no test asserts times."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.coldstart import HANDLER, environment

UNUSED = (
    "boto3", "s3transfer", "redis", "sqlite3", "typer", "mypy", "fsm_adapters.dynamodb.stream_source",
    "fsm_adapters.dynamodb.lock_cache", "fsm_adapters.sqlite", "fsm_adapters.memory", "fsm_adapters._shards.reader",
)  # fmt: skip


@pytest.fixture(scope="module")
def modules() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{HANDLER}\nimport sys; print(*sys.modules, sep='\\n')"],
        env=environment(), capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return set(done.stdout.split())


def test_what_it_needs_is_loaded(modules: set[str]) -> None:
    assert {"botocore", "fsm_adapters.sqs.event_bus", "fsm_adapters.dynamodb.checkpoint_store"} <= modules


@pytest.mark.parametrize("unused", UNUSED)
def test_function_does_not_load(unused: str, modules: set[str]) -> None:
    assert unused not in modules
