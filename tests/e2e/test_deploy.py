"""What ``fsm deploy template`` writes is accepted by the SAM command line, and builds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fsm_bootstrap.cli.main import run
from tests.backends.programs import file

PROJECT = Path(__file__).parents[2]
PLACE = "eu-west-1:123456789012"
RECORDS = f"arn:aws:dynamodb:{PLACE}:table/records"
BASE = {
    "PRIMARY_CHECKPOINT_SOURCE": RECORDS,
    "PRIMARY_RETRY_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/retries",
    "DEAD_LETTER_SOURCE": f"arn:aws:sqs:{PLACE}:dead-letters",
}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "sqs and a DynamoDB lock": {
        **BASE,
        "PRIMARY_STREAM_SOURCE": f"arn:aws:sqs:{PLACE}:orders",
        "PRIMARY_CACHE_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/leases",
        "PRIMARY_METRICS_SOURCE": "emf://orders",
    },
    "sns, retries on SQS, memcached": {
        **BASE,
        "PRIMARY_STREAM_SOURCE": f"arn:aws:sns:{PLACE}:orders",
        "PRIMARY_RETRY_SOURCE": f"arn:aws:sqs:{PLACE}:retries",
        "PRIMARY_CACHE_SOURCE": f"arn:aws:elasticache:{PLACE}:cluster:leases",
        "PRIMARY_METRICS_SOURCE": "cloudwatch://orders",
    },
    "kinesis, with a secondary for each": {
        **BASE,
        "PRIMARY_STREAM_SOURCE": f"arn:aws:kinesis:{PLACE}:stream/orders",
        "SECONDARY_STREAM_SOURCE": f"arn:aws:sqs:{PLACE}:orders.fifo",
        "SECONDARY_RETRY_SOURCE": f"arn:aws:sqs:{PLACE}:retries",
        "SECONDARY_CHECKPOINT_SOURCE": RECORDS.replace("eu-west-1", "us-east-1"),
        "PRIMARY_CACHE_SOURCE": "rediss://:hunter2@leases.internal:6379",
        "SECONDARY_CACHE_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/leases",
        "PRIMARY_ENVIRONMENT_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/environments",
        "PRIMARY_CONTAINER_SOURCE": f"arn:aws:ecs:{PLACE}:cluster/jobs",
        "PRIMARY_HISTORY_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/history",
        "PRIMARY_METRICS_SOURCE": "cloudwatch://orders",
        "SECONDARY_METRICS_SOURCE": "emf://orders",
    },
    "a stream table": {**BASE, "PRIMARY_STREAM_SOURCE": f"arn:aws:dynamodb:{PLACE}:table/messages"},
    "commit is emit": {**BASE, "PRIMARY_STREAM_SOURCE": RECORDS},
}

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("sam")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(PROJECT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(place.glob("*.whl"))


@pytest.fixture
def project(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with machines, and the requirement of this very version."""
    shutil.copy(PROJECT / "examples" / "orders" / "machines.py", tmp_path)
    (tmp_path / "requirements.txt").write_text(f"lambda-fsm[aws,redis,memcached] @ file://{wheel}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sam(*arguments: str, **variables: str) -> str:
    """What it prints; it must succeed."""
    python = file("sam", "sam/bin/sam")
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1", **variables}
    done = subprocess.run([python, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("existing", [False, True])
def test_template_is_valid(name: str, existing: bool, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in SETTINGS[name].items():
        monkeypatch.setenv(variable, value)
    assert run(["deploy", "template", *(["--existing"] if existing else [])]) == 0
    assert "hunter2" not in (project / "template.yaml").read_text(encoding="utf-8")
    assert "is a valid SAM Template" in sam("validate", "--lint")


@pytest.mark.parametrize("name", SETTINGS)
def test_template_builds(name: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what the package requires: that is installed once, below."""
    for variable, value in SETTINGS[name].items():
        monkeypatch.setenv(variable, value)
    assert run(["deploy", "template", "--architecture", "x86_64"]) == 0
    assert "Build Succeeded" in sam("build", PIP_NO_DEPS="1")
    built = project / ".aws-sam" / "build" / "Function"
    assert (built / "machines.py").exists()
    assert not (built / "template.yaml").exists()
    assert list((built / "fsm_bootstrap" / "__pycache__").glob("lambda_app.*.pyc"))


def test_what_was_built_starts_with_nothing_else_on_its_path(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in SETTINGS["sqs and a DynamoDB lock"].items():
        monkeypatch.setenv(variable, value)
    assert run(["deploy", "template", "--architecture", "x86_64"]) == 0
    sam("build")
    built = project / ".aws-sam" / "build" / "Function"
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
    monkeypatch.setenv("FSM_MACHINES", ".")
    found = f"import sys; sys.path[:0] = [{str(built)!r}]; from fsm_bootstrap.lambda_app import handler"
    code = f"{found}; print(callable(handler))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=built, capture_output=True, text=True, check=False
    )
    assert "True" in done.stdout, done.stderr
