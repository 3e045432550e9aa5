"""The function that Lambda calls, wrapped as its docstring shows and as users of Powertools do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import fsm_bootstrap
from tests.unit.fsm_bootstrap.cli.conftest import MACHINES

_SOURCE = Path(fsm_bootstrap.__file__).with_name("lambda_app.py").read_text(encoding="utf-8")
DOCUMENTED = dedent(_SOURCE.split('"""')[1].partition("::\n")[2])
PLAIN = "from fsm_bootstrap.lambda_app import handler as fsm\nhandler = {decorator}(fsm)"
BEFORE = """
from aws_lambda_powertools import Logger, Metrics, Tracer
tracer = Tracer(service="shop", disabled=True)
logger, metrics = Logger(service="shop"), Metrics(namespace="shop", service="shop")
"""
AFTER = """
import json
class Context:
    function_name, memory_limit_in_mb, invoked_function_arn, aws_request_id = "f", 128, "arn", "r"
    def get_remaining_time_in_millis(self): return 60_000
print(json.dumps(handler({"start": {"machine": "orders", "id": "o-1"}}, Context())))
"""


@pytest.mark.parametrize(
    "wrapped",
    [DOCUMENTED, *(PLAIN.format(decorator=name) for name in (
        "tracer.capture_lambda_handler", "logger.inject_lambda_context", "metrics.log_metrics"
    ))],
)  # fmt: skip
def test_it_can_be_wrapped(tmp_path: Path, wrapped: str) -> None:
    assert "handler" in wrapped
    (tmp_path / "shop.py").write_text(MACHINES, encoding="utf-8")
    (tmp_path / "app.py").write_text(BEFORE + wrapped + AFTER, encoding="utf-8")
    environment = {
        **os.environ, "FSM_MACHINES": "shop.py", "PRIMARY_STREAM_SOURCE": "memory://",
        "PRIMARY_CHECKPOINT_SOURCE": "memory://", "AWS_LAMBDA_FUNCTION_NAME": "f",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["id"] == "o-1"
