"""An action that ends its process every time comes to rest, and takes no neighbour of its batch along."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fsm_bootstrap.application import build_application
from fsm_bootstrap.settings import ExplicitSettings
from fsm_bootstrap.source import Source
from fsm_domain.runtime.client import StartRequest
from fsm_ports.instance import Instance, Status
from tests.e2e.poison_machine import LOG, MAX_RETRIES, poisoned

PATIENCE = 60.0
NEIGHBOURS = [f"neighbour-{n}" for n in range(10)]


@pytest.mark.timeout(120)
def test_a_poison_ends_as_failed_after_a_few_runs_and_its_neighbours_complete(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path}/fsm.db"
    log = tmp_path / "runs.log"
    app = build_application(ExplicitSettings(primary_stream_source=Source(source)), [poisoned])
    names = [*NEIGHBOURS[:5], "poison", *NEIGHBOURS[5:]]
    started = app.client.start_many("poisoned", [StartRequest({}, name) for name in names])
    assert all(isinstance(result, Instance) for result in started)
    environment = {**os.environ, LOG: str(log), "PRIMARY_STREAM_SOURCE": source, "CLAIM_SECONDS": "2"}
    spec = str(Path(__file__).with_name("poison_machine.py"))
    command = [sys.executable, "-P", "-m", "fsm_bootstrap.cli", "worker", "--machines", spec, "--drain"]
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(command, env=environment, check=False, capture_output=True).returncode != 0:
        assert time.monotonic() < deadline, "the poison kills one worker after another"
    poison = app.client.get("poison")
    assert poison.status is Status.FAILED
    assert "died" in (poison.error or "")
    assert log.read_text().split().count("poison") <= MAX_RETRIES + 3
    assert {app.client.get(name).status for name in NEIGHBOURS} == {Status.COMPLETED}
