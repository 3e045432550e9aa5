"""``fsm worker --drain``: when it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fsm_bootstrap.cli import jobs
from tests.unit.fsm_bootstrap.cli.conftest import Fsm
from tests.unit.fsm_bootstrap.cli.jobs import make, shown


@pytest.mark.timeout(60)
def test_what_other_workers_serve_keeps_nobody_waiting(fsm: Fsm, folder: Path) -> None:
    jobs.write(folder)
    others = jobs.MACHINES.replace('Machine("job"', 'Machine("other"')
    (folder / "others.py").write_text(others, encoding="utf-8")
    assert fsm("start", "other", "--machines", "others.py", "--id", "b", "--context", "{}").code == 0
    make(fsm, "running")
    assert fsm("worker", "--machines", "machines.py", "--drain").code == 0
    assert (shown(fsm, "a")["status"], shown(fsm, "b")["status"]) == ("completed", "running")
