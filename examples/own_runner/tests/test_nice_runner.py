"""The runner keeps the contract of its port; the suite comes with lambda-fsm."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from fsm_nice_runner import NiceRunner

from fsm_adapters.system.clock import SystemClock
from fsm_contract import ContainerRunnerContract, ContainerSubject
from fsm_ports import ContainerHandle, ContainerTask

REPORT = """#!{python}
import json, os, pathlib, sys
draft = pathlib.Path({folder!r}) / f"{{os.getpid()}}.draft"
draft.write_text(json.dumps([os.nice(0), sys.argv[1:], dict(os.environ)]))
draft.rename(draft.with_suffix(".json"))
"""


class TestNiceRunner(ContainerRunnerContract):
    @pytest.fixture
    def subject(self, tmp_path: Path) -> ContainerSubject:
        def started() -> list[ContainerTask]:
            told = [json.loads(file.read_text()) for file in tmp_path.glob("*.json")]
            return [ContainerTask("", tuple(command), environment, "") for _, command, environment in told]

        image = tmp_path / "image"
        image.write_text(REPORT.format(python=sys.executable, folder=str(tmp_path)))
        image.chmod(0o755)
        return ContainerSubject(
            clock=SystemClock(), patience=20.0, runner=NiceRunner(5), started=started, image=str(image),
            endless=str(image), unknown=str(tmp_path / "nothing"),
        )  # fmt: skip


def test_what_it_starts_has_low_priority() -> None:
    runner, clock = NiceRunner(5), SystemClock()
    handle = runner.run(ContainerTask(sys.executable, ("-c", "import time; time.sleep(30)"), {}, "token"))
    assert isinstance(handle, ContainerHandle)
    end = clock.now() + 20.0
    while os.getpriority(os.PRIO_PROCESS, int(handle.id)) != 5 and clock.now() < end:
        clock.sleep(0.01)
    assert os.getpriority(os.PRIO_PROCESS, int(handle.id)) == 5
    os.kill(int(handle.id), signal.SIGKILL)
